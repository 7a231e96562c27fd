import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount, type AccountDetails } from '../../../domain/account-grants/get-account.ts';
import { ask } from '../../../domain/authorize.ts';
import { SparkgateError } from '../../../domain/errors.ts';
import type { PageEnv } from '../../env.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { accountParts } from './account-parts.ts';
import { loadConsole, idOf, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { formerAccountPage } from './former-account.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { freezeBanner, freezeStateOf } from '../freezes/freeze-form.ts';
import { AD_ACCOUNTS, maySection } from './may-section.ts';
import { accountLines, accountName, actorName, heading, ownerOf } from '../console/parts.ts';
import { remediesOf } from './remedies.ts';
import { trail } from './trail.ts';

/** One TikTok account: for members what they may do with it, for administrators who has access and what happened. */
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
    ${await accountParts(context, id, 'about')}
    ${await maySection(context, asking, { list: listOf(c, AD_ACCOUNTS), remedies })} ${about(context, details)}
    ${revoke ? html`<p class="danger-zone"><a class="button danger-quiet" href="${routes.tiktokAccount.revoke(bcId, id)}">${words.revoke}</a></p>` : ''}`;
  return show(c, context, 'tiktokAccounts', { title: accountName(details), breadcrumb: trail(context), body });
});

/** What somebody may no longer view they may still look back at. @throws any other error */
function forbidden(error: unknown): SparkgateError {
  if (error instanceof SparkgateError && error.code === 'forbidden') return error;
  throw error;
}

function about(context: ConsoleContext, details: AccountDetails): Html {
  const { locale } = context;
  const words = locale.words.console.account;
  const authorization =
    details.ad_authorization === null
      ? words.adAuthorizationUnknown
      : details.ad_authorization
        ? words.adAuthorizationOn
        : words.adAuthorizationOff;
  return html`<section class="card" aria-labelledby="about">
    <h2 id="about">${words.about}</h2>
    ${facts([
      [words.owner, ownerOf(locale, details.handle)],
      [words.id, shownName(details.tiktok_account_id)],
      [details.own_scopes ? words.level : words.scopes, scopeBadges(locale, details.own_scopes ?? details.scopes)],
      [words.since, day(locale, details.granted_at)],
      [words.grantedBy, actorName(context, details.granted_by)],
      [words.validity, words.noExpiry],
      [words.adAuthorization, authorization],
      [words.showcase, showcase(locale, details)],
    ])}
  </section>`;
}

function showcase(locale: ConsoleContext['locale'], { showcase: it }: AccountDetails): Html | string {
  const { account: words } = locale.words.console;
  if (it === null) return words.showcaseUnknown;
  if (!it.enabled) return words.showcaseOff;
  if (it.sources.length === 0) return words.showcaseOn;
  return html`${words.showcaseOn}
    <ul class="plain-list">
      ${it.sources.map((source) => html`<li>${words.shop} ${shownName(source.shop_id)}${locale.words.common.colon}${words.products[source.products]}</li>`)}
    </ul>`;
}
