import type { Context as Http } from 'hono';
import { html } from 'hono/html';
import { SparkgateError } from '../../../domain/errors.ts';
import { FindQuery } from '../../../domain/find-text.ts';
import type { ListQuery } from '../../../domain/list-query.ts';
import type { PageEnv } from '../../env.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { withQuery } from '../../routes.ts';
import { ROWS } from './console-context.ts';

/** What a list can be narrowed down to, and sorted by: its first sort is the usual one. */
export interface Choices<Filter extends string, Sort extends string> {
  filters: readonly Filter[];
  sorts: readonly [Sort, ...Sort[]];
}

/** Page numbers in an address: no list is longer. */
const PAGE = /^[1-9]\d{0,5}$/;

/** What the address asks of a list. @throws SparkgateError `invalid_request` for a filter, sort or page that is none of it */
export function listQueryOf<Filter extends string, Sort extends string>(
  c: Http<PageEnv>,
  { filters, sorts }: Choices<Filter, Sort>,
): ListQuery<Filter, Sort> {
  const found = FindQuery.safeParse({ limit: ROWS, text: c.req.query('q') ?? null });
  const page = c.req.query('page') ?? '1';
  if (!found.success || !PAGE.test(page)) throw new SparkgateError('invalid_request', 'This is no address of a list.');
  return {
    text: found.data.text,
    filter: oneOf(filters, c.req.query('filter')),
    sort: oneOf(sorts, c.req.query('sort')) ?? sorts[0],
    page: Number(page),
    limit: ROWS,
  };
}

/** What an address chose; null where it chose nothing. @throws SparkgateError `invalid_request` for what is no choice */
export function oneOf<Choice extends string>(choices: readonly Choice[], chosen: string | undefined): Choice | null {
  if (chosen === undefined || chosen === '') return null;
  const found = choices.find((it) => it === chosen);
  if (found === undefined) throw new SparkgateError('invalid_request', 'This is nothing that can be chosen here.');
  return found;
}

interface Shown<Filter extends string, Sort extends string> {
  path: string;
  /** Of the search box. */
  label: string;
  find: ListQuery<Filter, Sort>;
  choices: Choices<Filter, Sort>;
  words: { filters: Readonly<Record<Filter, string>>; sorts: Readonly<Record<Sort, string>> };
  /** What else the address says. */
  keep?: Readonly<Record<string, string>>;
}

/** The search box of a list, with what it can be narrowed down to and sorted by. */
export function listControls<Filter extends string, Sort extends string>(
  locale: Locale,
  { path, label, find, choices, words, keep = {} }: Shown<Filter, Sort>,
): Html {
  const { list, search, searchAll } = locale.words.console;
  const narrowed = find.text !== null || find.filter !== null;
  return html`<form class="search" role="search" method="get" action="${path}">
    ${hidden(keep)}
    <label class="visually-hidden" for="q">${label}</label>
    <input id="q" type="search" name="q" value="${find.text ?? ''}" placeholder="${label}" maxlength="256" dir="auto" />
    ${select('filter', list.filter, find.filter ?? '', [['', list.all], ...choices.filters.map((it) => [it, words.filters[it]] as const)])}
    ${select(
      'sort',
      list.sort,
      find.sort,
      choices.sorts.map((it) => [it, words.sorts[it]] as const),
    )}
    <button class="secondary">${search}</button>
    ${narrowed ? html`<a class="button quiet" href="${withQuery(path, keep)}">${searchAll}</a>` : ''}
  </form>`;
}

function select(
  name: string,
  label: string,
  chosen: string,
  options: readonly (readonly [value: string, label: string])[],
): Html {
  return html`<label class="select"><span class="hint">${label}</span>
    <select name="${name}">
      ${options.map(([value, text]) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${text}</option>`)}
    </select>
  </label>`;
}

/** How many rows there are, which of them these are, and the ways to the page before, the next, and any. */
export function numberedPager<Filter extends string, Sort extends string>(
  locale: Locale,
  {
    path,
    find,
    choices,
    keep = {},
    total,
    rows,
  }: Omit<Shown<Filter, Sort>, 'label' | 'words'> & {
    total: number;
    rows: number;
  },
): Html {
  const { common, console: words } = locale.words;
  const number = (value: number): string => locale.formats.number(value);
  const last = Math.max(1, Math.ceil(total / find.limit));
  const first = (find.page - 1) * find.limit + 1;
  const query = {
    ...keep,
    q: find.text ?? '',
    filter: find.filter ?? '',
    sort: find.sort === choices.sorts[0] ? '' : find.sort,
  };
  const to = (page: number): string => withQuery(path, { ...query, page: page === 1 ? '' : String(page) });
  const range =
    rows === 0
      ? words.list.total(total, number(total))
      : words.pages.rangeOf(number(first), number(first + rows - 1), number(total));
  if (last === 1 && find.page === 1) return html`<p class="hint pager">${words.list.total(total, number(total))}</p>`;
  return html`<nav class="pager" aria-label="${common.pages}">
    <span class="hint">${range}</span>
    ${find.page > 1 ? html`<a class="button secondary" href="${to(Math.min(find.page - 1, last))}" rel="prev">${words.pages.previous}</a>` : ''}
    ${find.page < last ? html`<a class="button secondary" href="${to(find.page + 1)}" rel="next">${common.next}</a>` : ''}
    <form class="jump" method="get" action="${path}">
      ${hidden(query)}
      <label><span class="hint">${words.list.page(number(last))}</span>
        <input type="number" name="page" min="1" max="${last}" value="${find.page}" inputmode="numeric" /></label>
      <button class="quiet">${words.list.go}</button>
    </form>
  </nav>`;
}

function hidden(fields: Readonly<Record<string, string>>): Html {
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  return html`${given.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}
