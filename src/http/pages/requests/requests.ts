import { Hono } from 'hono';
import { html } from 'hono/html';
import { findRequests } from '../../../domain/access-requests/find-requests.ts';
import type { AccessRequestView } from '../../../domain/access-requests/view.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { loadConsole, listOf, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { listPager } from '../console/list-pager.ts';
import { heading } from '../console/parts.ts';
import { userName } from '../../ui/user-names.ts';

/** The access requests of a Business Center: those that are pending, or all. */
export const requests = new Hono<PageEnv>().get(routes.console.accessRequests.pattern, async (c) => {
  const context = await loadConsole(c);
  const { locale, bcId, ctx } = context;
  const words = locale.words.console.requests;
  const which = c.req.query('show') === 'all' ? 'all' : 'pending';
  const { find, at } = listOf(c);
  const { items, next_cursor: next } = await findRequests(ctx, bcId, which, find);
  const path = routes.console.accessRequests(bcId);
  const request = html`<a class="button" href="${routes.console.requestAccess(bcId)}">${locale.words.console.accounts.requestAccess}</a>`;
  const title = which === 'all' ? words.emptyAllTitle : words.emptyPendingTitle;
  const body = html`${flashNotice(context)} ${heading(words.title, { lead: words.lead, action: request })}
    ${tabs(words.which, [
      { label: words.pending, href: path, current: which === 'pending' },
      { label: words.all, href: withQuery(path, { show: 'all' }), current: which === 'all' },
    ])}
    ${items.length === 0 ? emptyState({ title, body: words.emptyBody }) : requestsTable(context, items)}
    ${listPager(locale, { path, query: { show: which === 'all' ? 'all' : undefined }, at, next, limit: find.limit, rows: items.length })}`;
  return show(c, context, 'accessRequests', { title: words.title, body });
});

function requestsTable(context: ConsoleContext, items: readonly AccessRequestView[]): Html {
  const { locale, bcId } = context;
  const words = locale.words.console.requests;
  return table(
    words.title,
    [
      {
        label: words.code,
        main: true,
        cell: (row) => html`<a href="${routes.accessRequest.show(bcId, row.id)}"><code>${row.code}</code></a>`,
      },
      {
        label: words.status,
        cell: (row) =>
          html`<span class="badge status-${row.status.toLowerCase()}">${words.statuses[row.status]}</span>`,
      },
      { label: words.scopes, cell: (row) => scopeBadges(locale, row.scopes) },
      {
        label: words.target,
        cell: (row) => (row.tiktok_account_id === null ? words.anyAccount : shownName(row.tiktok_account_id)),
      },
      { label: words.requestedBy, cell: (row) => userName(context, row.requested_by) },
      { label: words.expires, cell: (row) => time(locale, row.expires_at) },
    ],
    items,
  );
}

/** Views of one list, one of which is shown. */
export function tabs(label: string, places: readonly { label: string; href: string; current: boolean }[]): Html {
  return html`<nav class="tabs" aria-label="${label}">
    <ul>
      ${places.map(
        (place) =>
          html`<li><a href="${place.href}"${place.current ? html` aria-current="page"` : ''}>${place.label}</a></li>`,
      )}
    </ul>
  </nav>`;
}
