import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import type { PageEnv } from '../../env.ts';
import { routes } from '../../routes.ts';
import { idOf, loadConsole, ROWS, show } from '../console/console-context.ts';
import { pageNumberOf } from '../console/page-numbers.ts';
import { accountLines, accountName, heading } from '../console/parts.ts';
import { accountParts } from './account-parts.ts';
import { historySection } from './history-section.ts';
import { trail } from './trail.ts';

/** What happened to an account in the Business Center: a page of the account's own. */
export const accountHistory = new Hono<PageEnv>().get(routes.tiktokAccount.history.pattern, async (c) => {
  const context = await loadConsole(c);
  const { ctx, locale, bcId } = context;
  const id = idOf(c, 'id');
  const details = await getAccount(ctx, bcId, id);
  const history = await historySection(context, details, {
    path: routes.tiktokAccount.history(bcId, id),
    page: pageNumberOf(c),
    rows: ROWS,
  });
  const body = html`${heading(accountLines(locale, details))} ${await accountParts(context, id, 'history')} ${history}`;
  const breadcrumb = trail(context, { id, name: accountName(details) });
  return show(c, context, 'tiktokAccounts', { title: locale.words.console.account.history, breadcrumb, body });
});
