import { Hono } from 'hono';
import { html } from 'hono/html';
import { findAdAccountMembers } from '../../../domain/ad-accounts/find-ad-account-members.ts';
import { findMembers } from '../../../domain/business-centers/find-members.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { userName } from '../../ui/user-names.ts';
import { routes, withQuery } from '../../routes.ts';
import { loadConsole, idOf, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { listPager } from '../console/list-pager.ts';
import { heading, searchForm } from '../console/parts.ts';
import { tabs } from '../requests/requests.ts';

/** Who has which role in one ad account, and whom one can be given, for administrators of its Business Center. */
export const adAccount = new Hono<PageEnv>().get(routes.console.adAccount.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx } = context;
  const id = idOf(c, 'id');
  const { adAccountsPage: words, membersPage, searchEmpty, searchEmptyBody } = locale.words.console;
  const { find, at } = listOf(c);
  const which = c.req.query('show') === 'members' ? 'members' : undefined;
  const roles = await findAdAccountMembers(ctx, { bcId, advertiserId: id, role: null }, find);
  const found = which ? await findMembers(ctx, bcId, find) : roles;
  const { items, next_cursor: next, total } = found;
  const path = routes.console.adAccount(bcId, id);
  const nothing =
    find.text === null
      ? { title: words.nobodyTitle, body: words.nobodyBody }
      : { title: searchEmpty(find.text), body: searchEmptyBody };
  const rows = which ? table(words.users, memberColumns(context, id), items) : rolesTable(context, id, roles.items);
  const body = html`${flashNotice(context)}
    ${heading(shownName(roles.name), { lead: html`${words.name} ${shownName(id)}` })}
    ${tabs(words.whichUsers, [
      { label: words.withRole, href: path, current: which === undefined },
      { label: words.anyMember, href: withQuery(path, { show: 'members' }), current: which !== undefined },
    ])}
    ${searchForm(locale, { path, label: membersPage.searchLabel, text: find.text, ...(which && { keep: { show: which } }) })}
    ${items.length === 0 ? emptyState(nothing) : rows}
    ${listPager(locale, { path, query: { q: find.text ?? undefined, show: which }, at, next, limit: find.limit, rows: items.length, total })}`;
  const breadcrumb = [{ label: words.title, href: routes.console.adAccounts(bcId) }];
  return show(c, context, 'adAccounts', { title: roles.name, breadcrumb, body });
});

type Roles = Awaited<ReturnType<typeof findAdAccountMembers>>['items'];

function rolesTable(context: ConsoleContext, id: string, items: Roles): Html {
  const { locale } = context;
  const { adAccountsPage: words, advertiserRoles, membersPage, since } = locale.words.console;
  const [main, change] = memberColumns(context, id);
  return table<Roles[number]>(
    words.users,
    [
      ...(main ? [main] : []),
      { label: membersPage.role, cell: (row) => advertiserRoles[row.advertiser_role] },
      { label: since, cell: (row) => day(locale, row.since) },
      ...(change ? [change] : []),
    ],
    items,
  );
}

/** Who it is, and the way to set the role. */
function memberColumns(context: ConsoleContext, id: string): Column<{ user_id: string }>[] {
  const { locale, bcId } = context;
  const { adAccountsPage: words, membersPage, actions } = locale.words.console;
  return [
    { label: membersPage.member, main: true, cell: (row) => userName(context, row.user_id) },
    {
      label: actions,
      cell: (row) =>
        html`<a class="button quiet" href="${routes.console.adAccountMember(bcId, id, row.user_id)}">${words.setRole}<span class="visually-hidden"> ${row.user_id}</span></a>`,
    },
  ];
}
