import { Hono } from 'hono';
import { html } from 'hono/html';
import { findAdAccountMembers } from '../../../domain/ad-accounts/find-ad-account-members.ts';
import { findMembers, MEMBER_FILTERS, MEMBER_SORTS } from '../../../domain/business-centers/find-members.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { userName } from '../../ui/user-names.ts';
import { routes, withQuery } from '../../routes.ts';
import { loadConsole, idOf, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { freezeBanner, freezeLink, freezeStateOf } from '../freezes/freeze-form.ts';
import { listControls, listQueryOf, numberedPager } from '../console/numbered-list.ts';
import { leftOutNotice, viewOf } from '../console/left-out.ts';
import { pageNumbers } from '../console/page-numbers.ts';
import { heading, searchForm } from '../console/parts.ts';
import { tabs } from '../requests/requests.ts';

const CHOICES = { filters: MEMBER_FILTERS, sorts: MEMBER_SORTS } as const;
const BY_NAME = { filters: [], sorts: ['name'] } as const;

/** What is looked for among those who have a role. */
type Find = { text: string | null; page: number; limit: number };

/** Who has which role in one ad account, and whom one can be given, for administrators of its Business Center. */
export const adAccount = new Hono<PageEnv>().get(routes.console.adAccount.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx } = context;
  const id = idOf(c, 'id');
  const { adAccountsPage: words } = locale.words.console;
  const { view, leftOut } = viewOf(c, ['roles', 'members']);
  const all = view === 'members';
  const { text, page, limit } = listQueryOf(c, all ? CHOICES : BY_NAME);
  const find = { text, page: all ? 1 : page, limit };
  const roles = await findAdAccountMembers(ctx, { bcId, advertiserId: id, role: null }, find);
  const path = routes.console.adAccount(bcId, id);
  const freeze = await freezeStateOf(ctx, { kind: 'ad_account', id });
  const freezing = routes.console.freezeAdAccount(bcId, id);
  const body = html`${flashNotice(context)} ${freezeBanner(locale, freeze, freezing)}
    ${heading(shownName(roles.name), { lead: html`${words.name} ${shownName(id)}` })}
    ${tabs(words.whichUsers, [
      { label: words.withRole, href: path, current: !all },
      { label: words.anyMember, href: withQuery(path, { show: 'members' }), current: all },
    ])}
    ${leftOutNotice(locale, leftOut)} ${all ? await anyMember(c, context, id) : withRole(context, id, { find, roles })}
    ${freezeLink(locale, freeze, freezing)}`;
  const breadcrumb = [{ label: words.title, href: routes.console.adAccounts(bcId) }];
  return show(c, context, 'adAccounts', { title: roles.name, breadcrumb, body });
});

function withRole(
  context: ConsoleContext,
  id: string,
  { find, roles }: { find: Find; roles: Awaited<ReturnType<typeof findAdAccountMembers>> },
): Html {
  const { locale, bcId } = context;
  const { adAccountsPage: words, membersPage, searchEmpty, searchEmptyBody } = locale.words.console;
  const { items, total } = roles;
  const path = routes.console.adAccount(bcId, id);
  const nothing =
    find.text === null
      ? { title: words.nobodyTitle, body: words.nobodyBody }
      : { title: searchEmpty(find.text), body: searchEmptyBody };
  return html`${searchForm(locale, { path, label: membersPage.searchLabel, text: find.text })}
    ${items.length === 0 ? emptyState(nothing) : rolesTable(context, id, items)}
    ${pageNumbers(locale, { path, query: { q: find.text ?? '' }, page: find.page, limit: find.limit, rows: items.length, total })}`;
}

/** Members to whom a role can be given. */
async function anyMember(c: Parameters<typeof show>[0], context: ConsoleContext, id: string): Promise<Html> {
  const { locale, bcId, ctx } = context;
  const { adAccountsPage: words, membersPage, list, searchEmpty, searchEmptyBody } = locale.words.console;
  const find = listQueryOf(c, CHOICES);
  const { items, total } = await findMembers(ctx, bcId, find);
  const path = routes.console.adAccount(bcId, id);
  const shown = { path, find, choices: CHOICES, words: list, keep: { show: 'members' } };
  const nothing = { title: searchEmpty(find.text ?? list.filters[find.filter ?? 'ADMIN']), body: searchEmptyBody };
  return html`${listControls(locale, { ...shown, label: membersPage.searchLabel })}
    ${items.length === 0 ? emptyState(nothing) : table(words.users, memberColumns(context, id), items)}
    ${numberedPager(locale, { ...shown, total, rows: items.length })}`;
}

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
function memberColumns(context: ConsoleContext, id: string): Column<{ user_id: string; is_member?: boolean }>[] {
  const { locale, bcId } = context;
  const { adAccountsPage: words, membersPage, actions } = locale.words.console;
  return [
    {
      label: membersPage.member,
      main: true,
      cell: (row) =>
        userName(context, row.user_id, row.is_member === false ? undefined : routes.console.member(bcId, row.user_id)),
    },
    {
      label: actions,
      cell: (row) =>
        html`<a class="button quiet" href="${routes.console.adAccountMember(bcId, id, row.user_id)}">${words.setRole}<span class="visually-hidden"> ${row.user_id}</span></a>`,
    },
  ];
}
