import { Hono } from 'hono';
import { html } from 'hono/html';
import { findMembers } from '../../../domain/business-centers/find-members.ts';
import { listAdministrators } from '../../../domain/business-centers/list-administrators.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { notice } from '../../ui/notice.ts';
import { table } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { loadConsole, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { listPager } from '../console/list-pager.ts';
import { heading, searchForm } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';

/** Who belongs to the Business Center; standard members see whom they can ask. */
export const members = new Hono<PageEnv>().get(routes.console.members.pattern, async (c) => {
  const context = await loadConsole(c);
  return context.may.viewMembers ? membersPage(c, context) : administratorsPage(c, context);
});

async function membersPage(c: Parameters<typeof show>[0], context: ConsoleContext): Promise<Response> {
  const { locale, bcId, ctx } = context;
  const { membersPage: words, roles, since, searchEmpty, searchEmptyBody } = locale.words.console;
  const { find, at } = listOf(c);
  const { items, next_cursor: next, total } = await findMembers(ctx, bcId, find);
  const path = routes.console.members(bcId);
  const rows = table(
    words.title,
    [
      {
        label: words.member,
        main: true,
        cell: (row) => userName(context, row.user_id, routes.console.member(bcId, row.user_id)),
      },
      { label: words.role, cell: (row) => roles[row.user_role] },
      { label: words.accounts, numeric: true, cell: (row) => locale.formats.number(row.tiktok_accounts) },
      { label: since, cell: (row) => day(locale, row.since) },
    ],
    items,
  );
  const nothing =
    find.text === null
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: searchEmpty(find.text), body: searchEmptyBody };
  const body = html`${flashNotice(context)} ${heading(words.title, { lead: words.lead })} ${notice(locale, 'info', words.elsewhere)}
    ${searchForm(locale, { path, label: words.searchLabel, text: find.text })}
    ${items.length === 0 ? emptyState(nothing) : rows}
    ${listPager(locale, { path, query: { q: find.text ?? undefined }, at, next, limit: find.limit, rows: items.length, total })}`;
  return show(c, context, 'members', { title: words.title, body });
}

async function administratorsPage(c: Parameters<typeof show>[0], context: ConsoleContext): Promise<Response> {
  const { locale, bcId, ctx } = context;
  const { membersPage: words, roles } = locale.words.console;
  const items = await listAdministrators(ctx, bcId);
  const body = html`${heading(words.administratorsTitle, { lead: words.administratorsLead })}
    ${table(
      words.administratorsTitle,
      [
        { label: words.member, main: true, cell: (id) => userName(context, id) },
        { label: words.role, cell: () => roles.ADMIN },
      ],
      items,
    )}`;
  return show(c, context, 'members', { title: words.administratorsTitle, body });
}
