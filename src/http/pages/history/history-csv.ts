import { findCenterHistory, type CenterEntry, type HistoryQuery } from '../../../domain/audit/find-center-history.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { eventText } from '../accounts/history-section.ts';

/** Rows of one file, and of one look at the database. */
const MOST = 10_000;
const CHUNK = 1000;

/** A byte order mark, by which spreadsheets read UTF-8. */
const BOM = '\uFEFF';

/** The history as a table (RFC 4180), newest first: at most 10,000 rows, which the last line says where there are more. */
export async function historyCsv(context: ConsoleContext, asked: HistoryQuery): Promise<string> {
  const { locale, ctx, bcId, names } = context;
  const { history: words, account } = locale.words.console;
  const head = [account.when, account.what, words.subject, words.name, words.account, account.who, words.name];
  const lines = [[...head, words.before, words.after]];
  let cursor: string | undefined;
  do {
    const page = { limit: CHUNK, ...(cursor !== undefined && { cursor }) };
    const { items, next_cursor: next } = await findCenterHistory(ctx, bcId, asked, page);
    for (const entry of items) lines.push(await lineOf(context, entry, names));
    cursor = next ?? undefined;
  } while (cursor !== undefined && lines.length <= MOST);
  if (cursor !== undefined) lines.push([words.more(locale.formats.number(lines.length - 1))]);
  return `${BOM}${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

async function lineOf(
  { locale }: ConsoleContext,
  entry: CenterEntry,
  names: ConsoleContext['names'],
): Promise<string[]> {
  const actor = /^user:(.+)$/s.exec(entry.actor)?.[1];
  const subject = entry.subject_type === 'user' ? entry.subject_id : undefined;
  const nameOf = async (id: string | undefined): Promise<string> =>
    id === undefined ? '' : ((await names.of(id)) ?? '');
  const owner = entry.actor === `tiktok_account:${entry.account_id}` ? (entry.handle ?? entry.display_name) : null;
  const [subjectName, actorName] = await Promise.all([nameOf(subject), owner ?? nameOf(actor)]);
  return [
    entry.at,
    eventText(locale, entry),
    `${entry.subject_type}:${entry.subject_id}`,
    subjectName,
    entry.handle ?? entry.account_id ?? '',
    entry.actor,
    actorName,
    entry.before === null ? '' : JSON.stringify(entry.before),
    entry.after === null ? '' : JSON.stringify(entry.after),
  ];
}

/** Spreadsheets carry out what begins like a formula: an apostrophe keeps it a text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
