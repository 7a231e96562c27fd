import { isDeepStrictEqual } from 'node:util';
import { html } from 'hono/html';
import { z } from 'zod';
import { listAccountHistory, type HistoryEntry } from '../../../domain/audit/list-account-history.ts';
import { IMPORTED } from '../../../domain/import/modes.ts';
import { AdvertiserRole, Scope, UserRole } from '../../../domain/vocabulary.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { scopeBadges } from '../../ui/scopes.ts';
import { table } from '../../ui/table.ts';
import { time } from '../../ui/time.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { pageNumbers } from '../console/page-numbers.ts';
import { actorName, type NamedAccount } from '../console/parts.ts';
import { userInLine } from '../../ui/user-names.ts';

/** What happened to an account in this Business Center, newest first. */
export async function historySection(
  context: ConsoleContext,
  account: NamedAccount,
  { path, page, rows: limit }: { path: string; page: number; rows: number },
): Promise<Html> {
  const { ctx, locale, bcId } = context;
  const words = locale.words.console.account;
  const { items, total } = await listAccountHistory(ctx, bcId, account.tiktok_account_id, { page, limit });
  const rows = table(
    words.history,
    [
      { label: words.what, main: true, cell: (entry) => whatHappened(context, entry) },
      { label: words.who, cell: (entry) => actorName(context, entry.actor, account) },
      { label: words.when, cell: (entry) => time(locale, entry.at) },
    ],
    items,
  );
  return html`<section class="card" aria-labelledby="history">
    <h2 id="history">${words.history}</h2>
    ${total === 0 ? html`<p>${words.historyEmpty}</p>` : rows}
    ${pageNumbers(locale, { path, query: {}, page, limit, rows: items.length, total })}
  </section>`;
}

/** What an entry says of scopes; other facts of it are for the audit trail of the API. */
const Scopes = z.object({ scopes: z.array(Scope) });

/** What an entry says of roles. */
const Roles = z.object({ user_role: UserRole.optional(), advertiser_role: AdvertiserRole.optional() });

/** What an entry says of the account itself. */
const Details = z.record(z.string(), z.unknown());

/** One step in words, with who is concerned, and what changed. */
export function whatHappened(context: ConsoleContext, entry: HistoryEntry): Html {
  const { locale } = context;
  const words = locale.words.console;
  const flags: Readonly<Record<string, string>> = words.flags;
  const before = Scopes.safeParse(entry.before).data?.scopes ?? null;
  const after = Scopes.safeParse(entry.after).data?.scopes ?? null;
  const scopes = after ?? before;
  return html`${eventText(locale, entry)}${entry.subject_type === 'user' ? html`${locale.words.common.colon}${userInLine(context, entry.subject_id)}` : ''}
    ${scopes === null ? '' : scopeBadges(locale, scopes)}${roleOf(locale, entry)}
    ${after !== null && before !== null && before.join() !== after.join() ? html`<span class="sub">${words.before}${locale.words.common.colon}${before.join(', ')}</span>` : ''}
    ${entry.event === 'tiktok_account.put' ? html`<span class="sub">${changedDetails(locale, entry)}</span>` : ''}
    ${entry.flags.map((flag) => html`<span class="${flag === IMPORTED ? 'badge' : 'badge warning'}">${flags[flag] ?? flag}</span>`)}`;
}

/** What came by an import took no consent here, and is not said to have. */
export function eventText(locale: Locale, { event, flags }: HistoryEntry): string {
  const { events, eventsImported } = locale.words.console;
  const texts: Readonly<Record<string, string>> = flags.includes(IMPORTED) ? { ...events, ...eventsImported } : events;
  return texts[event] ?? event;
}

/** A role that was given or taken, in the Business Center or in an ad account. */
function roleOf(locale: Locale, entry: HistoryEntry): Html {
  const { roles, advertiserRoles } = locale.words.console;
  const { user_role: role, advertiser_role: inAdAccount } = Roles.safeParse(entry.after ?? entry.before).data ?? {};
  if (role !== undefined) return html` <span class="badge">${roles[role]}</span>`;
  return inAdAccount === undefined ? html`` : html` <span class="badge">${advertiserRoles[inAdAccount]}</span>`;
}

/** Which details of the account an entry changed. */
function changedDetails(locale: Locale, entry: HistoryEntry): string {
  const before = Details.safeParse(entry.before).data ?? {};
  const after = Details.safeParse(entry.after).data ?? {};
  return Object.entries(locale.words.console.account.fields)
    .filter(([field]) => !isDeepStrictEqual(before[field] ?? null, after[field] ?? null))
    .map(([, word]) => word)
    .join(', ');
}
