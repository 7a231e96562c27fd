import { Hono } from 'hono';
import { html } from 'hono/html';
import {
  findRequests,
  REQUEST_SORTS,
  requestsMark,
  type RequestQuery,
  type RequestRow,
} from '../../../domain/access-requests/find-requests.ts';
import { AccessRequestStatus } from '../../../domain/vocabulary.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { live } from '../../ui/polling.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import { userName } from '../../ui/user-names.ts';
import { routes, withQuery } from '../../routes.ts';
import { contextOfPage } from '../../session/context-of-page.ts';
import { idOf, loadConsole, show, type ConsoleContext } from '../console/console-context.ts';
import { flashNotice } from '../console/flash-notice.ts';
import { sinceLastVisit } from '../console/since-last-visit.ts';
import { listControls, listQueryOf, numberedPager, type Choices } from '../console/numbered-list.ts';
import { leftOutNotice, viewOf } from '../console/left-out.ts';
import { accountLines, heading } from '../console/parts.ts';

const PENDING = { filters: ['EXPIRING'], sorts: REQUEST_SORTS } as const;
const ALL = { filters: AccessRequestStatus.options, sorts: REQUEST_SORTS } as const;

/** The access requests of a Business Center: those that are pending, or all. It loads itself anew once one is answered. */
export const requests = new Hono<PageEnv>()
  .get(routes.console.accessRequests.pattern, async (c) => {
    const context = await loadConsole(c);
    const { locale, bcId, ctx } = context;
    const { requests: words, list, searchEmpty, searchEmptyBody, accounts } = locale.words.console;
    const { view, leftOut } = viewOf(c, ['pending', 'all']);
    const isAll = view === 'all';
    const choices: Choices<RequestQuery['filter'] & string, RequestQuery['sort']> = isAll ? ALL : PENDING;
    const find = listQueryOf(c, choices);
    const [{ items, total }, mark] = await Promise.all([
      findRequests(ctx, bcId, isAll ? find : { ...find, filter: find.filter ?? 'PENDING' }),
      requestsMark(ctx, bcId),
    ]);
    const path = routes.console.accessRequests(bcId);
    const request = html`<a class="button" href="${routes.console.requestAccess(bcId)}">${accounts.requestAccess}</a>`;
    const isUntouched = find.text === null && find.filter === null;
    const nothing = isUntouched
      ? { title: isAll ? words.emptyAllTitle : words.emptyPendingTitle, body: words.emptyBody }
      : { title: searchEmpty(find.text ?? list.filters[find.filter ?? 'PENDING']), body: searchEmptyBody };
    const shown = { path, find, choices, words: list, keep: { show: isAll ? 'all' : '' } };
    const body = html`${flashNotice(context)} ${live(locale, routes.console.accessRequestsState(bcId), mark)}
      ${heading(words.title, { lead: words.lead, action: request })} ${await sinceLastVisit(c, context)} ${leftOutNotice(locale, leftOut)}
      ${tabs(words.which, [
        { label: words.pending, href: path, current: !isAll },
        { label: words.all, href: withQuery(path, { show: 'all' }), current: isAll },
      ])}
      ${listControls(locale, { ...shown, label: words.searchLabel })}
      ${items.length === 0 ? emptyState(nothing) : requestsTable(context, items)}
      ${numberedPager(locale, { ...shown, total, rows: items.length })}`;
    return show(c, context, 'accessRequests', { title: words.title, body });
  })
  .get(routes.console.accessRequestsState.pattern, async (c) =>
    c.json({ state: await requestsMark(contextOfPage(c), idOf(c, 'bc_id')) }),
  );

function requestsTable(context: ConsoleContext, items: readonly RequestRow[]): Html {
  const { locale, bcId } = context;
  const words = locale.words.console.requests;
  return table(
    words.title,
    [
      {
        label: words.code,
        main: true,
        cell: (row) =>
          html`<a href="${routes.accessRequest.show(bcId, row.id)}"><code>${row.code}</code></a>
            ${row.note === null ? '' : html`<span class="sub">${shownName(row.note)}</span>`}`,
      },
      {
        label: words.status,
        cell: (row) =>
          html`<span class="badge status-${row.status.toLowerCase()}">${words.statuses[row.status]}</span>`,
      },
      { label: words.scopes, cell: (row) => scopeBadges(locale, row.scopes) },
      { label: words.target, cell: (row) => meantFor(context, row) },
      { label: words.requestedBy, cell: (row) => userName(context, row.requested_by) },
      { label: words.expires, cell: (row) => time(locale, row.expires_at) },
    ],
    items,
  );
}

/** The account that is named or has answered. */
function meantFor({ locale }: ConsoleContext, row: RequestRow): Html | string {
  const { tiktok_account_id: id } = row;
  return id === null
    ? locale.words.console.requests.anyAccount
    : accountLines(locale, { ...row, tiktok_account_id: id });
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
