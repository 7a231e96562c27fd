import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Locale } from './locale.ts';
import { withQuery } from '../routes.ts';

/** On to the next page of a list, and back to its start. Nothing for a list of one page. */
export function pager(
  locale: Locale,
  list: {
    path: string;
    query?: Readonly<Record<string, string | undefined>>;
    cursor: string | undefined;
    next: string | null;
    /** Which list it is of, on a page of several. */
    name?: string;
  },
): Html {
  const { common } = locale.words;
  if (list.cursor === undefined && list.next === null) return html``;
  const to = (cursor: string | undefined) => withQuery(list.path, { ...list.query, cursor });
  return html`<nav class="pager" aria-label="${list.name === undefined ? common.pages : `${common.pages}${common.colon}${list.name}`}">
    ${list.cursor === undefined ? '' : html`<a class="button secondary" href="${to(undefined)}">${common.previous}</a>`}
    ${list.next === null ? '' : html`<a class="button secondary" href="${to(list.next)}" rel="next">${common.next}</a>`}
  </nav>`;
}
