import { ENTITY_SLICES } from './entity.ts';
import { isStoredKind, STORED_KINDS } from './kinds.ts';
import type { Loaded, Slice } from './slice.ts';

/** What was loaded, for people to read: a line a row. */
export function factLines(loaded: Loaded): string[] {
  const { kind } = loaded.question;
  const slices: readonly Slice[] = isStoredKind(kind) ? STORED_KINDS[kind].slices : ENTITY_SLICES;
  return slices.flatMap((slice) => loaded.all(slice).map((row) => lineOf(slice, row)));
}

/** Ids of rows, which tell people nothing, and what another slice tells. */
const UNTOLD: ReadonlySet<string> = new Set(['grant_id', 'requested_by']);

/** What is told where it is so alone. */
const isSeldom = (column: string): boolean => column === 'self_assigned';

type Row = Readonly<Record<string, string | readonly string[] | null>>;

function lineOf({ name, columns, scopes }: Slice, row: Row): string {
  const shown = Object.keys(columns).filter(
    (column) => !UNTOLD.has(column) && !(isSeldom(column) && row[column] == null),
  );
  const values = shown.map((column) => `${inWords(column)} ${told(row[column])}`);
  const sets = scopes === undefined ? [] : [`scopes ${told(row['scopes'])}`];
  const where = row['bc_id'] == null ? '' : ` of Business Center ${told(row['bc_id'])}`;
  const all = [...values, ...sets].join(', ');
  return `${inWords(name)}${where}${all === '' ? '' : `: ${all}`}`;
}

const told = (value: Row[string] | undefined): string =>
  Array.isArray(value) ? value.join(' and ') : String(value ?? 'unknown');

const inWords = (name: string): string => name.replaceAll('_', ' ');
