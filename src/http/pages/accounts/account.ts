import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { ask } from '../../../domain/authorize.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import type { PageEnv } from '../../env.ts';
import { routes } from '../../routes.ts';
import { accountParts } from './account-parts.ts';
import { loadConsole, idOf, listOf, show } from '../console/console-context.ts';
import { formerAccountPage } from './former-account.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { freezeBanner, freezeStateOf } from '../freezes/freeze-form.ts';
import { AD_ACCOUNTS, maySection } from './may-section.ts';
import { accountLines, accountName, heading } from '../console/parts.ts';
import { remediesOf } from './remedies.ts';
import { trail } from './trail.ts';

/** One TikTok account: what whoever looks may do with it, and the ways to all else about it. */
export const accountPage = new Hono<PageEnv>().get(routes.tiktokAccount.show.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx, userId } = context;
  const id = idOf(c, 'id');
  const details = await getAccount(ctx, bcId, id).catch((error: unknown) => forbidden(error));
  const may = async (action: string): Promise<boolean> => {
    const question = { action, resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
    return (await ask(ctx, question, null)).decision;
  };
  const history = await may('view_account_history');
  if (details instanceof SparkgateError) {
    if (history) return formerAccountPage(c, context, id);
    throw details;
  }
  const [assign, revoke] = await Promise.all([may('view_assignments'), may('revoke_grant')]);
  const asking = { decider: c.get('services').decider, userId, bcId, tiktokAccountId: id };
  const words = locale.words.console.account;
  const remedies = await remediesOf(context, details, c.get('services').publicUrl());
  const freeze = await freezeStateOf(ctx, { kind: 'tiktok_account', id });
  const body = html`${flashNotice(context)} ${freezeBanner(locale, freeze)} ${heading(accountLines(locale, details), {
    action: assign
      ? html`<a class="button" href="${routes.tiktokAccount.assign(bcId, id)}">${words.assign}</a>`
      : undefined,
  })}
    ${await accountParts(context, id, 'may')}
    ${await maySection(context, asking, { list: listOf(c, AD_ACCOUNTS), remedies })}
    ${revoke ? html`<p class="danger-zone"><a class="button danger-quiet" href="${routes.tiktokAccount.revoke(bcId, id)}">${words.revoke}</a></p>` : ''}`;
  return show(c, context, 'tiktokAccounts', { title: accountName(details), breadcrumb: trail(context), body });
});

/** What somebody may no longer view they may still look back at. @throws any other error */
function forbidden(error: unknown): SparkgateError {
  if (error instanceof SparkgateError && error.code === 'forbidden') return error;
  throw error;
}
