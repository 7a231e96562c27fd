import { Hono } from 'hono';
import { html } from 'hono/html';
import { findAdAccountMembers, type AdAccountMemberRow } from '../../../domain/ad-accounts/find-ad-account-members.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { shownName } from '../../ui/name.ts';
import { notice } from '../../ui/notice.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { loadConsole, idOf, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { listPager } from '../console/list-pager.ts';
import { heading, searchForm } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';

/** Who has which role in one ad account, for administrators of the Business Center that it belongs to. */
export const adAccount = new Hono<PageEnv>().get(routes.console.adAccount.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx } = context;
  const id = idOf(c, 'id');
  const { adAccountsPage: words, membersPage, searchEmpty, searchEmptyBody } = locale.words.console;
  const { find, at } = listOf(c);
  const which = { bcId, advertiserId: id, role: null };
  const { items, next_cursor: next, name, total } = await findAdAccountMembers(ctx, which, find);
  const path = routes.console.adAccount(bcId, id);
  const nothing =
    find.text === null
      ? { title: words.nobodyTitle, body: words.nobodyBody }
      : { title: searchEmpty(find.text), body: searchEmptyBody };
  const body = html`${heading(shownName(name), { lead: html`${words.name} ${shownName(id)}` })}
    ${notice(locale, 'info', words.elsewhere)}
    ${searchForm(locale, { path, label: membersPage.searchLabel, text: find.text })}
    ${items.length === 0 ? emptyState(nothing) : table(words.users, columns(context), items)}
    ${listPager(locale, { path, query: { q: find.text ?? undefined }, at, next, limit: find.limit, rows: items.length, total })}`;
  const breadcrumb = [{ label: words.title, href: routes.console.adAccounts(bcId) }];
  return show(c, context, 'adAccounts', { title: name, breadcrumb, body });
});

function columns(context: ConsoleContext): Column<AdAccountMemberRow>[] {
  const { locale } = context;
  const { advertiserRoles, membersPage, since } = locale.words.console;
  return [
    { label: membersPage.member, main: true, cell: (row) => userName(context, row.user_id) },
    { label: membersPage.role, cell: (row) => advertiserRoles[row.advertiser_role] },
    { label: since, cell: (row) => day(locale, row.since) },
  ];
}
