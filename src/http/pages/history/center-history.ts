import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';
import {
  findCenterHistory,
  TOPICS,
  type CenterEntry,
  type HistoryQuery,
  type Topic,
} from '../../../domain/audit/find-center-history.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { table } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { whatHappened } from '../accounts/history-section.ts';
import { listOf, loadConsole, ROWS, show, type ConsoleContext } from '../console/console-context.ts';
import { sinceLastVisit } from '../console/since-last-visit.ts';
import { listPager } from '../console/list-pager.ts';
import { oneOf } from '../console/numbered-list.ts';
import { accountLines, actorName, heading, type NamedAccount } from '../console/parts.ts';
import { historyCsv } from './history-csv.ts';

/** What happened in a Business Center: by whom, to what, when; as a page and as a table for other programs. */
export const centerHistory = new Hono<PageEnv>()
  .get(routes.console.history.pattern, async (c) => {
    const context = await loadConsole(c);
    const { locale, bcId, ctx } = context;
    const { history: words } = locale.words.console;
    const { find, at } = listOf(c);
    const asked = askedIn(c);
    const page = { limit: ROWS, ...(find.cursor !== undefined && { cursor: find.cursor }) };
    const { items, next_cursor: next } = await findCenterHistory(ctx, bcId, asked, page);
    const path = routes.console.history(bcId);
    const query = queryOf(asked);
    const csv = html`<a class="button secondary" href="${withQuery(routes.console.historyCsv(bcId), query)}" download>${words.csv}</a>`;
    const isUntouched = Object.values(query).every((value) => value === undefined);
    const nothing = isUntouched
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: words.nothingTitle, body: locale.words.console.searchEmptyBody };
    const body = html`${heading(words.title, { lead: words.lead, action: csv })}
      ${await sinceLastVisit(c, context)} ${filters(context, asked, isUntouched)}
      ${items.length === 0 ? emptyState(nothing) : entries(context, items)}
      ${listPager(locale, { path, query, at, next, limit: ROWS, rows: items.length })}`;
    return show(c, context, 'history', { title: words.title, body });
  })
  .get(routes.console.historyCsv.pattern, async (c) => {
    const context = await loadConsole(c);
    const csv = await historyCsv(context, askedIn(c));
    const name = `sparkgate-${context.bcId.replaceAll(/[^\w.-]+/g, '_').slice(0, 64)}-history.csv`;
    return c.body(csv, 200, {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${name}"`,
    });
  });

const Text = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .transform((text) => text.replaceAll('\0', ''));
const Day = z.iso.date();

/** What the address asks for; a day or a text that is none is left out. @throws SparkgateError `invalid_request` */
function askedIn(c: Context<PageEnv>): HistoryQuery {
  return {
    who: Text.safeParse(c.req.query('who')).data ?? null,
    topic: oneOf(Object.keys(TOPICS) as Topic[], c.req.query('what')),
    account: Text.safeParse(c.req.query('account')).data ?? null,
    from: Day.safeParse(c.req.query('from')).data ?? null,
    to: Day.safeParse(c.req.query('to')).data ?? null,
  };
}

function queryOf({ who, topic, account, from, to }: HistoryQuery): Record<string, string | undefined> {
  const asked = { who, what: topic, account, from, to };
  return Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, value ?? undefined]));
}

function filters({ locale, bcId }: ConsoleContext, asked: HistoryQuery, isUntouched: boolean): Html {
  const { history: words, list, search, searchAll } = locale.words.console;
  const path = routes.console.history(bcId);
  const field = (name: 'who' | 'account' | 'from' | 'to', type: 'search' | 'date'): Html =>
    html`<label class="select"><span class="hint">${words[name]}</span>
      <input type="${type}" name="${name}" value="${asked[name] ?? ''}" maxlength="256" dir="auto" autocomplete="off" /></label>`;
  return html`<form class="search wide-search" role="search" method="get" action="${path}">
    ${field('who', 'search')}
    <label class="select"><span class="hint">${words.what}</span>
      <select name="what">
        <option value="">${list.all}</option>
        ${(Object.keys(TOPICS) as Topic[]).map((it) => html`<option value="${it}"${it === asked.topic ? html` selected` : ''}>${words.topics[it]}</option>`)}
      </select>
    </label>
    ${field('account', 'search')} ${field('from', 'date')} ${field('to', 'date')}
    <button class="secondary">${search}</button>
    ${isUntouched ? '' : html`<a class="button quiet" href="${path}">${searchAll}</a>`}
  </form>`;
}

function entries(context: ConsoleContext, items: readonly CenterEntry[]): Html {
  const { locale, bcId } = context;
  const { history: words, account } = locale.words.console;
  return table(
    words.title,
    [
      { label: account.what, main: true, cell: (entry) => whatHappened(context, entry) },
      {
        label: words.account,
        cell: (entry) => {
          const about = aboutOf(entry);
          return about ? accountLines(locale, about, routes.tiktokAccount.show(bcId, about.tiktok_account_id)) : '';
        },
      },
      { label: account.who, cell: (entry) => actorName(context, entry.actor, aboutOf(entry)) },
      { label: account.when, cell: (entry) => time(locale, entry.at) },
    ],
    items,
  );
}

/** The account that a step is about, if any. */
function aboutOf({ account_id: id, handle, display_name }: CenterEntry): NamedAccount | undefined {
  return id === null ? undefined : { tiktok_account_id: id, handle, display_name };
}
