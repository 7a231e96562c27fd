import { ask } from './authorize.ts';
import type { Context, Question } from './context.ts';
import { cursorAfter, pageOf, type Page, type PageQuery } from './page.ts';

/** What a list is made of: rows in the order of their keys, and what the policies are asked of each. */
export interface Listing<Row> {
  /** Rows after a key, null = from the start. */
  rows: (after: string | null, limit: number) => Promise<Row[]>;
  key: (row: Row) => string;
  question: (row: Row) => Question;
}

/** Rows that one statement gives, and that one page looks at; what is left is for the next one. */
const CHUNK = 200;
const MOST_ROWS = 10_000;

/** A page of those rows that the policies let the actor see: a list is a search among rows. */
export async function visiblePage<Row>(
  ctx: Context,
  { limit, cursor }: PageQuery,
  { rows, key, question }: Listing<Row>,
): Promise<Page<Row>> {
  const visible: Row[] = [];
  const size = Math.min(limit + 1, CHUNK);
  let after = cursor ?? null;
  for (let seen = 0; visible.length <= limit; seen += size) {
    if (seen >= MOST_ROWS && after !== null) return { items: visible, next_cursor: cursorAfter(after) };
    const some = await rows(after, size);
    const verdicts = await Promise.all(some.map(async (row) => ask(ctx, question(row), null)));
    visible.push(...some.filter((_, index) => verdicts[index]?.decision === true));
    const last = some.at(-1);
    if (last === undefined || some.length < size) break;
    after = key(last);
  }
  return pageOf(visible, limit, key, (row) => row);
}
