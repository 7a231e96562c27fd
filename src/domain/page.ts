import { z } from 'zod';
import { SparkgateError } from './errors.ts';

/** A page of a list, in key order. `next_cursor` null = this was the last. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** A page of a list that can be counted at little cost. */
export interface CountedPage<Item> extends Page<Item> {
  /** Rows of the whole list. */
  total: number;
}

/** The key after which a page goes on: opaque to callers, one key column inside. */
const Cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'is not a cursor')
  .max(1024)
  .transform((cursor) => {
    const key = Buffer.from(cursor, 'base64url').toString('utf8');
    if (cursorAfter(key) === cursor && !key.includes('\0') && !key.includes('\uFFFD')) return key;
    throw noSuchCursor();
  })
  .describe('`next_cursor` of the page before; what is none of this list is a 404');

/** In an address a number is digits alone. */
const Limit = z.preprocess(
  (sent) => (typeof sent === 'string' && /^\d{1,9}$/.test(sent) ? Number(sent) : sent),
  z.int().min(1).max(200),
);

export const PageQuery = z.object({ limit: Limit.default(50), cursor: Cursor.optional() });
export type PageQuery = z.infer<typeof PageQuery>;

export function cursorAfter(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** Makes a page of rows that were asked for one beyond the limit. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => string,
  item: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => item(row)),
    next_cursor: rows.length > limit && last !== undefined ? cursorAfter(key(last)) : null,
  };
}

/** Where a list that is ordered by UUID goes on. @throws SparkgateError `not_found` for a cursor of another list */
export function afterRowId({ cursor }: PageQuery): { id?: { $gt: string } } {
  if (cursor === undefined) return {};
  if (z.uuid().safeParse(cursor).success) return { id: { $gt: cursor } };
  throw noSuchCursor();
}

/** For a cursor that was not given by this list. */
export function noSuchCursor(): SparkgateError {
  return new SparkgateError('not_found', (say) => say.details.cursorOfOther, {
    errors: [{ pointer: 'cursor', message: 'is not a cursor of this list' }],
  });
}
