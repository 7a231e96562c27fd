import { readCenterHistory, type CenterEntry, type HistoryQuery } from '../../../domain/audit/find-center-history.ts';
import { atHandle } from '../../ui/name.ts';
import type { ConsoleContext } from '../console/console-context.ts';
import { eventText } from '../accounts/history-section.ts';

/** A byte order mark, by which spreadsheets read UTF-8. */
const BOM = '\uFEFF';

/**
 * The history as a table (RFC 4180), newest first: all of it, read as it is sent. A file that breaks off is not whole.
 * @throws SparkgateError before anything is sent, for those who may not
 */
export async function historyCsv(context: ConsoleContext, asked: HistoryQuery): Promise<AsyncGenerator<Uint8Array>> {
  return linesOf(context, await readCenterHistory(context.ctx, context.bcId, asked));
}

async function* linesOf(context: ConsoleContext, chunks: AsyncIterable<CenterEntry[]>): AsyncGenerator<Uint8Array> {
  const { history: words, account } = context.locale.words.console;
  const head = [account.when, account.what, words.subject, words.name, words.account, account.who, words.name];
  yield Buffer.from(`${BOM}${lineIn([...head, words.before, words.after])}`);
  for await (const entries of chunks) {
    const lines = await Promise.all(entries.map(async (entry) => lineOf(context, entry)));
    yield Buffer.from(lines.map(lineIn).join(''));
  }
}

function lineIn(fields: readonly string[]): string {
  return `${fields.map(cell).join(',')}\r\n`;
}

async function lineOf({ locale, names }: ConsoleContext, entry: CenterEntry): Promise<string[]> {
  const actor = /^user:(.+)$/s.exec(entry.actor)?.[1];
  const subject = entry.subject_type === 'user' ? entry.subject_id : undefined;
  const nameOf = async (id: string | undefined): Promise<string> =>
    id === undefined ? '' : ((await names.of(id)) ?? '');
  const handle = entry.handle === null ? null : atHandle(entry.handle);
  const owner = entry.actor === `tiktok_account:${entry.account_id}` ? (handle ?? entry.display_name) : null;
  const [subjectName, actorName] = await Promise.all([nameOf(subject), owner ?? nameOf(actor)]);
  return [
    entry.at,
    eventText(locale, entry),
    `${entry.subject_type}:${entry.subject_id}`,
    subjectName,
    handle ?? entry.account_id ?? '',
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
