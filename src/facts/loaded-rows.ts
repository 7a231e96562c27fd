import type { LoadedRow } from './changes.ts';
import type { SliceRow } from './slice.ts';

/** The rows of one question, and when the first of them ends by itself; Infinity = none does. */
export interface RowsOfQuestion {
  rows: SliceRow[];
  until: number;
}

/** Sorts rows by their questions, in the form in which they are kept: equal names and sets are one and the same. */
export function rowsOf(rows: readonly LoadedRow[], questions: number): RowsOfQuestion[] {
  const all = Array.from({ length: questions }, (): RowsOfQuestion => ({ rows: [], until: Infinity }));
  for (const { n, slice, bc_id, a, b, c, scopes, until } of rows) {
    const own = all[n - 1];
    if (!own) continue;
    own.rows.push({ slice: oneOf(slice), bc_id, a, b, c, scopes: scopes && setOf(scopes) });
    if (until !== null) own.until = Math.min(own.until, until);
  }
  return all;
}

const NAMES = new Map<string, string>();

/** Names of slices are few. */
function oneOf(name: string): string {
  const known = NAMES.get(name);
  if (known === undefined) NAMES.set(name, name);
  return known ?? name;
}

const SETS = new Map<string, readonly string[]>();

/** Sets of scopes are few, too: the database takes no others. */
function setOf(scopes: readonly string[]): readonly string[] {
  const key = scopes.join();
  const known = SETS.get(key);
  if (known) return known;
  SETS.set(key, scopes);
  return scopes;
}
