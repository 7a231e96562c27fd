import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import type { PageEnv } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { withQuery } from '../../routes.ts';

/** Where in a list a page is: the way back is in the address, since a cursor alone knows only the way on. */
export interface Position {
  /** Undefined on the first page. */
  cursor: string | undefined;
  /** Cursors of the pages before, the first page left out; of a long way only the end. */
  back: readonly string[];
  /** Counts from 1. */
  page: number;
}

/** Pages that one can go back one by one. */
const MOST_BACK = 20;

const CURSOR = /^[\w-]{1,1024}$/;

/** The position that the address tells. On a page of several lists, `list` says of which it is. */
export function positionOf(c: Http<PageEnv>, list?: string): Position {
  const cursor = c.req.query('list') === list ? c.req.query('cursor') : undefined;
  if (cursor === undefined) return { cursor, back: [], page: 1 };
  const back = (c.req.query('back') ?? '').split('.').filter((one) => CURSOR.test(one));
  const page = Number(c.req.query('page'));
  const least = back.length + 2;
  return { cursor, back: back.slice(-MOST_BACK), page: Number.isSafeInteger(page) && page >= least ? page : least };
}

interface Paged {
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  at: Position;
  next: string | null;
  /** Rows of a full page, and of this one. */
  limit: number;
  rows: number;
  /** Rows of the whole list, where they were counted. */
  total?: number;
  /** Of a list that shares its page with others: what it is called, and the id of its heading. */
  name?: string;
  anchor?: string;
}

/** Which rows these are, and the ways to the page before, the first and the next. Nothing for a list of one page. */
export function listPager(locale: Locale, list: Paged): Html {
  const { at, next } = list;
  if (at.cursor === undefined && next === null) return html``;
  const { common, console: words } = locale.words;
  const label = list.name === undefined ? common.pages : `${common.pages}${common.colon}${list.name}`;
  const before = previous(at);
  const on = {
    cursor: next ?? undefined,
    back: [...at.back, ...(at.cursor === undefined ? [] : [at.cursor])].slice(-MOST_BACK),
    page: at.page + 1,
  };
  return html`<nav class="pager" aria-label="${label}">
    <span class="hint">${range(locale, list)}</span>
    ${at.page > 2 ? html`<a class="button quiet" href="${address(list, FIRST)}">${words.pages.first}</a>` : ''}
    ${before === null ? '' : html`<a class="button secondary" href="${address(list, before)}" rel="prev">${words.pages.previous}</a>`}
    ${next === null ? '' : html`<a class="button secondary" href="${address(list, on)}" rel="next">${common.next}</a>`}
  </nav>`;
}

const FIRST: Position = { cursor: undefined, back: [], page: 1 };

/** The page before. Null on the first, and where the way there is not known any more. */
function previous({ cursor, back, page }: Position): Position | null {
  const last = back.at(-1);
  if (last !== undefined) return { cursor: last, back: back.slice(0, -1), page: page - 1 };
  return cursor !== undefined && page === 2 ? FIRST : null;
}

function address({ path, query = {}, anchor }: Paged, { cursor, back, page }: Position): string {
  const place = cursor === undefined ? {} : { cursor, back: back.join('.'), page: String(page) };
  return `${withQuery(path, { ...query, ...place })}${anchor === undefined ? '' : `#${anchor}`}`;
}

function range(locale: Locale, { at, limit, rows, total }: Paged): string {
  const { pages } = locale.words.console;
  const number = (value: number): string => locale.formats.number(value);
  const first = (at.page - 1) * limit + 1;
  const last = first + rows - 1;
  if (total === undefined || total < last) return pages.range(number(first), number(last));
  return pages.rangeOf(number(first), number(last), number(total));
}
