import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import { SparkgateError } from '../../../domain/errors.ts';
import type { PageEnv } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { withQuery } from '../../routes.ts';

/** Page numbers in an address: no list is longer. */
const PAGE = /^[1-9]\d{0,5}$/;

/** Which page of a list the address asks for, counted from 1. @throws SparkgateError `invalid_request` for what is no number */
export function pageNumberOf(c: Http<PageEnv>): number {
  const page = c.req.query('page') ?? '1';
  if (!PAGE.test(page)) throw new SparkgateError('invalid_request', 'This is no address of a list.');
  return Number(page);
}

interface Numbered {
  path: string;
  /** What else the address says; what is empty is left out. */
  query: Readonly<Record<string, string | undefined>>;
  page: number;
  /** Rows of a full page, of this one, and of the whole list. */
  limit: number;
  rows: number;
  total: number;
}

/** How many rows there are, which of them these are, and the ways to the page before, the next, and any. */
export function pageNumbers(locale: Locale, { path, query, page, limit, rows, total }: Numbered): Html {
  const { common, console: words } = locale.words;
  const number = (value: number): string => locale.formats.number(value);
  const last = Math.max(1, Math.ceil(total / limit));
  const first = (page - 1) * limit + 1;
  const to = (other: number): string => withQuery(path, { ...query, page: other === 1 ? '' : String(other) });
  const range =
    rows === 0
      ? words.list.total(total, number(total))
      : words.pages.rangeOf(number(first), number(first + rows - 1), number(total));
  if (last === 1 && page === 1) return html`<p class="hint pager">${words.list.total(total, number(total))}</p>`;
  return html`<nav class="pager" aria-label="${common.pages}">
    <span class="hint">${range}</span>
    ${page > 1 ? html`<a class="button secondary" href="${to(Math.min(page - 1, last))}" rel="prev">${words.pages.previous}</a>` : ''}
    ${page < last ? html`<a class="button secondary" href="${to(page + 1)}" rel="next">${common.next}</a>` : ''}
    <form class="jump" method="get" action="${path}">
      ${hidden(query)}
      <label><span class="hint">${words.list.page(number(last))}</span>
        <input type="number" name="page" min="1" max="${last}" value="${page}" inputmode="numeric" /></label>
      <button class="quiet">${words.list.go}</button>
    </form>
  </nav>`;
}

/** Fields that a form sends along unseen. */
export function hidden(fields: Readonly<Record<string, string | undefined>>): Html {
  const given = Object.entries(fields).filter(([, value]) => (value ?? '') !== '');
  return html`${given.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}
