import { Hono } from 'hono';
import { html } from 'hono/html';
import { getAccount } from '../../../domain/account-grants/get-account.ts';
import { ACCESS_FILTERS, ACCESS_SORTS, findAccess, type AccessRow } from '../../../domain/assignments/find-access.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table, type Column } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { userName } from '../../ui/user-names.ts';
import { selectable, tick } from '../selection/selectable.ts';
import { routes, withQuery } from '../../routes.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { idOf, loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { listControls, listQueryOf, numberedPager } from '../console/numbered-list.ts';
import { accountLines, accountName, actorName, heading } from '../console/parts.ts';
import { accountParts } from './account-parts.ts';
import { trail } from './trail.ts';

const CHOICES = { filters: ACCESS_FILTERS, sorts: ACCESS_SORTS } as const;

/** Who has access to an account and at which level, for administrators: a page of the account's own. */
export const accountMembers = new Hono<PageEnv>().get(routes.tiktokAccount.members.pattern, async (c) => {
  const context = await loadConsole(c);
  const { ctx, locale, bcId } = context;
  const { account: words, list, searchEmpty, searchEmptyBody, membersPage } = locale.words.console;
  const id = idOf(c, 'id');
  const find = listQueryOf(c, CHOICES);
  const [details, { items, total }] = await Promise.all([
    getAccount(ctx, bcId, id),
    findAccess(ctx, { bcId, tiktokAccountId: id }, find),
  ]);
  const path = routes.tiktokAccount.members(bcId, id);
  const assign = html`<a class="button" href="${routes.tiktokAccount.assign(bcId, id)}">${words.assign}</a>`;
  const nothing =
    find.text === null && find.filter === null
      ? { title: words.accessEmptyTitle, body: words.accessEmptyBody }
      : { title: searchEmpty(find.text ?? list.filters[find.filter ?? 'POST']), body: searchEmptyBody };
  const shown = { path, find, choices: CHOICES, words: list };
  const rows = items.length === 0 ? emptyState(nothing) : table(words.access, columns(context, id), items);
  const { selection } = locale.words;
  const actions = html`<button>${selection.change}</button>
    <button name="intent" value="unassign" class="danger-quiet">${selection.unassign}</button>`;
  const body = html`${flashNotice(context)} ${heading(accountLines(locale, details), { action: assign })}
    ${await accountParts(context, id, 'members')}
    ${listControls(locale, { ...shown, label: membersPage.searchLabel })}
    ${selectable(context, { from: 'access', field: 'members', other: { accounts: id }, actions, rows })}
    ${numberedPager(locale, { ...shown, total, rows: items.length })}`;
  const breadcrumb = trail(context, { id, name: accountName(details) });
  return show(c, context, 'tiktokAccounts', { title: words.access, breadcrumb, body, scripts: ['selection.js'] });
});

function columns(context: ConsoleContext, id: string): Column<AccessRow>[] {
  const { locale, bcId } = context;
  const { account: words, member, actions, roles, since } = locale.words.console;
  const change = (row: AccessRow): string => routes.tiktokAccount.member(bcId, id, row.user_id);
  return [
    {
      label: words.member,
      main: true,
      cell: ({ user_id: user }) =>
        tick(
          locale,
          { field: 'members', id: user, label: user },
          userName(context, user, routes.console.member(bcId, user)),
        ),
    },
    { label: words.role, cell: (row) => roles[row.user_role] },
    { label: words.level, cell: (row) => scopeBadges(locale, row.scopes) },
    { label: since, cell: (row) => day(locale, row.since) },
    { label: words.assignedBy, cell: (row) => actorName(context, row.by) },
    {
      label: actions,
      cell: (row) =>
        html`<a class="button quiet" href="${change(row)}">${words.change}<span class="visually-hidden"> ${row.user_id}</span></a>
          <a class="button quiet" href="${withQuery(change(row), { step: 'unassign' })}">${member.unassign}<span class="visually-hidden"> ${row.user_id}</span></a>`,
    },
  ];
}
