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
import { hidden, pageNumberOf, pageNumbers } from './page-numbers.ts';

/** What a list can be narrowed down to, and sorted by: its first sort is the usual one. */
export interface Choices<Filter extends string, Sort extends string> {
  filters: readonly Filter[];
  sorts: readonly [Sort, ...Sort[]];
}

/** What the address asks of a list. @throws SparkgateError `invalid_request` for a filter, sort or page that is none of it */
export function listQueryOf<Filter extends string, Sort extends string>(
  c: Http<PageEnv>,
  { filters, sorts }: Choices<Filter, Sort>,
): ListQuery<Filter, Sort> {
  const found = FindQuery.safeParse({ limit: ROWS, text: c.req.query('q') ?? null });
  if (!found.success) throw new SparkgateError('invalid_request', 'This is no address of a list.');
  return {
    text: found.data.text,
    filter: oneOf(filters, c.req.query('filter')),
    sort: oneOf(sorts, c.req.query('sort')) ?? sorts[0],
    page: pageNumberOf(c),
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
  const query = {
    ...keep,
    q: find.text ?? '',
    filter: find.filter ?? '',
    sort: find.sort === choices.sorts[0] ? '' : find.sort,
  };
  return pageNumbers(locale, { path, query, page: find.page, limit: find.limit, total, rows });
}
