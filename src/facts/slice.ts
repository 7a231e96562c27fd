import type { ActionProperties } from './action-properties.ts';
import type { Part } from './kind.ts';

/** What facts are asked of: the parts of one check. */
export interface FactQuestion {
  kind: string;
  subjectType: string;
  subjectId: string;
  resourceId: string;
  properties: ActionProperties;
  /** The Business Centers whose facts count; null = all. */
  within: readonly string[] | null;
}

/** What is stored of some parts of a check: rows that are loaded together, and can be kept together. */
export interface Slice<Column extends string = string> {
  name: string;
  on: readonly Part[];
  /** SQL of the Business Center that a row is of; a key confined to others is not told of it. */
  center?: string;
  /** At most {@link TEXTS} columns, as SQL of text. */
  columns: Readonly<Record<Column, string>>;
  /** SQL of a set of scopes. */
  scopes?: string;
  /** SQL of the moment at which a row ends by itself, or reads otherwise; null = it does not. */
  until?: string;
  /** A column that names a user on whom facts hang, too. */
  user?: NoInfer<Column>;
  /** What follows `from`: `q` is a row of the questions, `c` a Business Center of one of them. */
  from: string;
}

/** Columns that a slice may have. */
export const TEXTS = ['a', 'b', 'c'] as const;

/** One row of a slice. */
export interface SliceRow {
  slice: string;
  bc_id: string | null;
  a: string | null;
  b: string | null;
  c: string | null;
  scopes: readonly string[] | null;
}

/** One row of a slice, by the names of its columns. */
export type RowOf<S extends Slice> = Readonly<Record<keyof S['columns'], string | null>> &
  Pick<SliceRow, 'bc_id' | 'scopes'>;

/** Names a slice, with the names of its columns. */
export function slice<Column extends string>(it: Slice<Column>): Slice<Column> {
  return it;
}

/** What was loaded for one question, and the revision of the relationships at that moment. */
export class Loaded {
  readonly question: FactQuestion;
  readonly revision: string;
  /** When that was by the clock of the database, in milliseconds since 1970, and in which time zone it is told. */
  readonly at: number;
  readonly timeZone: string;
  readonly #rows: readonly SliceRow[];

  constructor(
    question: FactQuestion,
    { rows, revision, at, timeZone }: { rows: readonly SliceRow[]; revision: string; at: number; timeZone: string },
  ) {
    const { within } = question;
    this.question = question;
    this.revision = revision;
    this.at = at;
    this.timeZone = timeZone;
    this.#rows =
      within === null ? rows : rows.filter(({ bc_id: center }) => center === null || within.includes(center));
  }

  /** The rows of a slice that the question may be told. */
  all<S extends Slice>({ name, columns }: S): RowOf<S>[] {
    const own: RowOf<S>[] = [];
    for (const row of this.#rows) if (row.slice === name) own.push(named(row, columns) as RowOf<S>);
    return own;
  }

  /** The first row of a slice, of which there is at most one. */
  one<S extends Slice>(it: S): RowOf<S> | undefined {
    return this.all(it)[0];
  }

  /** Whether there is a row of any of these slices. */
  has(slices: readonly Slice[]): boolean {
    return this.#rows.some((row) => slices.some(({ name }) => name === row.slice));
  }
}

function named(row: SliceRow, columns: Slice['columns']): RowOf<Slice> {
  const values: Record<string, string | null> = {};
  let at = 0;
  for (const column in columns) values[column] = row[TEXTS[at++] ?? 'c'];
  return Object.assign(values, { bc_id: row.bc_id, scopes: row.scopes });
}
