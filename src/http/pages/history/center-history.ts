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
import { SparkgateError } from '../../../domain/errors.ts';
import type { PageEnv } from '../../env.ts';
import { emptyState } from '../../ui/empty-state.ts';
import type { Html } from '../../ui/html.ts';
import { shownName } from '../../ui/name.ts';
import { table } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import { routes, withQuery } from '../../routes.ts';
import { whatHappened } from '../accounts/history-section.ts';
import { loadConsole, ROWS, show, type ConsoleContext } from '../console/console-context.ts';
import { leftOutNotice } from '../console/left-out.ts';
import { pageNumberOf, pageNumbers } from '../console/page-numbers.ts';
import { sinceLastVisit } from '../console/since-last-visit.ts';
import { oneOf } from '../console/numbered-list.ts';
import { accountLines, actorName, heading, type NamedAccount } from '../console/parts.ts';
import { historyCsv } from './history-csv.ts';

/** What happened in a Business Center: by whom, to what, when; as a page and as a table for other programs. */
export const centerHistory = new Hono<PageEnv>()
  .get(routes.console.history.pattern, async (c) => {
    const context = await loadConsole(c);
    const { locale, bcId, ctx } = context;
    const { history: words } = locale.words.console;
    const { asked, leftOut } = askedIn(c);
    const page = pageNumberOf(c);
    const { items, total } = await findCenterHistory(ctx, bcId, asked, { page, limit: ROWS });
    const path = routes.console.history(bcId);
    const query = queryOf(asked);
    const csv = html`<a class="button secondary" href="${withQuery(routes.console.historyCsv(bcId), query)}" download>${words.csv}</a>`;
    const isUntouched = Object.values(query).every((value) => value === undefined);
    const nothing = isUntouched
      ? { title: words.emptyTitle, body: words.emptyBody }
      : { title: words.nothingTitle, body: locale.words.console.searchEmptyBody };
    const body = html`${heading(words.title, { lead: words.lead, action: csv })}
      ${await sinceLastVisit(c, context)} ${leftOutNotice(locale, leftOut)} ${filters(context, asked, isUntouched)}
      ${items.length === 0 ? emptyState(nothing) : entries(context, items)}
      ${total === 0 ? '' : pageNumbers(locale, { path, query, page, limit: ROWS, rows: items.length, total })}`;
    return show(c, context, 'history', { title: words.title, body });
  })
  .get(routes.console.historyCsv.pattern, async (c) => {
    const context = await loadConsole(c);
    const { asked, leftOut } = askedIn(c);
    // A file cannot say that it is wider than what was asked for.
    if (leftOut.length > 0) throw new SparkgateError('invalid_request', 'This is no address of a history.');
    const csv = await historyCsv(context, asked);
    const name = `sparkgate-${context.bcId.replaceAll(/[^\w.-]+/g, '_').slice(0, 64)}-history.csv`;
    return c.body(ReadableStream.from(csv), 200, {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${name}"`,
    });
  });

const Text = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\0]+$/);
const Day = z.iso.date();

/** What the address asks for, and what of it nobody can read. @throws SparkgateError `invalid_request` for no topic */
function askedIn(c: Context<PageEnv>): { asked: HistoryQuery; leftOut: string[] } {
  const leftOut: string[] = [];
  const read = (name: string, form: z.ZodType<string>): string | null => {
    const sent = (c.req.query(name) ?? '').trim();
    const { data } = form.safeParse(sent);
    if (data === undefined && sent !== '') leftOut.push(sent);
    return data ?? null;
  };
  const asked = {
    who: read('who', Text),
    topic: oneOf(Object.keys(TOPICS) as Topic[], c.req.query('what')),
    account: read('account', Text),
    from: read('from', Day),
    to: read('to', Day),
  };
  return { asked, leftOut };
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
      {
        label: account.what,
        main: true,
        cell: (entry) => html`${whatHappened(context, entry)} ${whatElse(context, entry)}`,
      },
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

/** What a step is about that is neither a person nor a TikTok account. */
function whatElse({ locale, bcId }: ConsoleContext, entry: CenterEntry): Html {
  const { advertiser_id: id, advertiser_name: name } = entry;
  if (id !== null && name === null) return html`<span class="sub">${shownName(id)}</span>`;
  if (id !== null && name !== null) {
    const href = routes.console.adAccount(bcId, id);
    return html`<span class="sub"><a href="${href}">${shownName(name)}</a> ${shownName(id)}</span>`;
  }
  if (entry.subject_type === 'access_request') {
    const request = routes.accessRequest.show(bcId, entry.subject_id);
    return html`<span class="sub"><a href="${request}">${locale.words.console.history.request}</a></span>`;
  }
  const isFreeze = entry.event.startsWith('freeze.') && entry.subject_type === 'business_center';
  return isFreeze ? html`<span class="sub">${locale.words.console.businessCenter}</span>` : html``;
}

/** The account that a step is about, if any. */
function aboutOf({ account_id: id, handle, display_name }: CenterEntry): NamedAccount | undefined {
  return id === null ? undefined : { tiktok_account_id: id, handle, display_name };
}
