import { Hono } from 'hono';
import { html } from 'hono/html';
import { findMembers, MEMBER_FILTERS, MEMBER_SORTS } from '../../../domain/business-centers/find-members.ts';
import { listAdministrators } from '../../../domain/business-centers/list-administrators.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import { notice } from '../../ui/notice.ts';
import { table } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { freezeLink } from '../freezes/freeze-form.ts';
import { listControls, listQueryOf, numberedPager } from '../console/numbered-list.ts';
import { heading } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';
import { selectable, tick } from '../selection/selectable.ts';

const CHOICES = { filters: MEMBER_FILTERS, sorts: MEMBER_SORTS } as const;

/** Who belongs to the Business Center; standard members see whom they can ask. */
export const members = new Hono<PageEnv>().get(routes.console.members.pattern, async (c) => {
  const context = await loadConsole(c);
  return context.may.viewMembers ? membersPage(c, context) : administratorsPage(c, context);
});

async function membersPage(c: Parameters<typeof show>[0], context: ConsoleContext): Promise<Response> {
  const { locale, bcId, ctx } = context;
  const { membersPage: words, memberPage, roles, searchEmpty, searchEmptyBody, list } = locale.words.console;
  const find = listQueryOf(c, CHOICES);
  const { items, total } = await findMembers(ctx, bcId, find);
  const path = routes.console.members(bcId);
  const rows = table(
    words.title,
    [
      {
        label: words.member,
        main: true,
        cell: ({ user_id: id }) =>
          tick(locale, { field: 'members', id, label: id }, userName(context, id, routes.console.member(bcId, id))),
      },
      { label: words.role, cell: (row) => roles[row.user_role] },
      { label: words.accounts, numeric: true, cell: (row) => locale.formats.number(row.tiktok_accounts) },
      { label: memberPage.since, cell: (row) => day(locale, row.since) },
    ],
    items,
  );
  const { selection } = locale.words;
  const actions = html`<button>${selection.assign}</button>
    <a class="button secondary" href="${routes.console.tiktokAccounts(bcId)}">${selection.pickAccounts}</a>`;
  const shown = { path, find, choices: CHOICES, words: list };
  const nothing =
    find.text === null && find.filter === null
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: searchEmpty(find.text ?? list.filters[find.filter ?? 'ADMIN']), body: searchEmptyBody };
  const body = html`${flashNotice(context)} ${heading(words.title, { lead: words.lead })} ${notice(locale, 'info', words.elsewhere)}
    ${listControls(locale, { ...shown, label: words.searchLabel })}
    ${selectable(context, { from: 'members', field: 'members', other: { list: 'accounts' }, actions, rows: items.length === 0 ? emptyState(nothing) : rows })}
    ${numberedPager(locale, { ...shown, total, rows: items.length })}
    ${freezeLink(locale, context.freeze, routes.console.freeze(bcId))}`;
  return show(c, context, 'members', { title: words.title, body, scripts: ['selection.js'] });
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
