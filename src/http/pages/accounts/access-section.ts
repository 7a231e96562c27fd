import { html } from 'hono/html';
import { findAssignees } from '../../../domain/assignments/find-assignees.ts';
import type { FindQuery } from '../../../domain/find-text.ts';
import type { Html } from '../../ui/html.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { day } from '../../ui/time.ts';
import { routes } from '../../routes.ts';
import { actorName } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';
import { ROWS_OF_SECTION, type ConsoleContext } from '../console/console-context.ts';
import { listPager, type Position } from '../console/list-pager.ts';

/** Names the list of members with access in the address of a page. */
export const ACCESS = 'access';

/** Who has access to an account and at which level, for administrators. */
export async function accessSection(
  context: ConsoleContext,
  id: string,
  { find, at }: { find: FindQuery; at: Position },
): Promise<Html> {
  const { ctx, locale, bcId } = context;
  const { account: words, actions, roles } = locale.words.console;
  const which = { bcId, tiktokAccountId: id };
  const {
    items,
    next_cursor: next,
    total,
  } = await findAssignees(ctx, which, 'assigned', {
    ...find,
    text: null,
    limit: ROWS_OF_SECTION,
  });
  const assign = html`<a class="button" href="${routes.tiktokAccount.assign(bcId, id)}">${words.assign}</a>`;
  const rows = table(
    words.access,
    [
      { label: words.member, main: true, cell: (row) => userName(context, row.user_id) },
      { label: words.role, cell: (row) => roles[row.user_role] },
      { label: words.level, cell: (row) => scopeBadges(locale, row.scopes) },
      {
        label: locale.words.console.since,
        cell: (row) => (row.assigned_at === null ? '' : day(locale, row.assigned_at)),
      },
      { label: words.assignedBy, cell: (row) => actorName(context, row.assigned_by ?? '') },
      {
        label: actions,
        cell: (row) =>
          html`<a class="button quiet" href="${routes.tiktokAccount.member(bcId, id, row.user_id)}">${words.change}<span class="visually-hidden"> ${row.user_id}</span></a>`,
      },
    ],
    items,
  );
  const path = routes.tiktokAccount.show(bcId, id);
  return html`<section class="card" aria-labelledby="access">
    <div class="heading">
      <h2 id="access">${words.access}</h2>
      ${assign}
    </div>
    ${items.length === 0 ? html`<p><strong>${words.accessEmptyTitle}.</strong> ${words.accessEmptyBody}</p>` : rows}
    ${listPager(locale, { path, query: { list: ACCESS }, at, next, limit: ROWS_OF_SECTION, rows: items.length, total, name: words.access, anchor: ACCESS })}
  </section>`;
}
