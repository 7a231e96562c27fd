import { changedSince, lostSince } from '../domain/change-log.ts';
import { REVISION_NOW, REVISION_READ } from '../domain/revision.ts';
import type { SliceRow } from './slice.ts';

/** Where in the order of writes something was read. */
export interface Moment {
  /** Which transactions it saw, as PostgreSQL tells them. */
  snapshot: string;
  /** Of the server's life in which snapshots can be compared: a crash, a promotion or a restored backup begins another. */
  life: string;
  /** Changes since the moment before may have gone unseen. */
  lost: boolean;
  /** When the statement began by the clock of the database, in milliseconds since 1970. */
  at: number;
  revision: string;
}

/** SQL of a moment as milliseconds since 1970. */
export const millisecondsOf = (moment: string): string => `(extract(epoch from ${moment}::timestamptz) * 1000)::float8`;

const LIFE = `concat_ws(' ', pg_postmaster_start_time(), pg_is_in_recovery(), current_setting('sparkgate.cluster'),
    (select epoch from change_mark))`;

/** SQL of the {@link Moment} that a statement reads at, as JSON. `since` is SQL of the snapshot of the moment before. */
const momentSince = (since: string): string => `json_build_object(
    'snapshot', pg_current_snapshot(), 'life', ${LIFE}, 'revision', ${REVISION_NOW},
    'at', ${millisecondsOf('statement_timestamp()')},
    'lost', ${lostSince(since)})`;

/** A row that a statement gives, of a question or of its moment. */
export interface LoadedRow extends SliceRow {
  /** The question that it belongs to, counted from 1; 0 = to none. */
  n: number;
  /** When it ends by itself, or reads otherwise, in milliseconds since 1970; null = it does not. */
  until: number | null;
}

/** SQL of the row that tells the moment of a statement, and the keys of what has changed since another; null = nothing. */
export const momentRow = (since: string): string => `
select 0 as n, 'moment' as slice, null as bc_id, (${momentSince(since)})::text as a, null as b, null as c,
       (select array_agg(key) from (${changedSince(since)}) k) as scopes, null::float8 as until`;

/** SQL of a row that tells the revision of a statement and its time, and no more: a standby knows no more. */
export const REVISION_ROW = `
select 0 as n, 'moment' as slice, null as bc_id, ${REVISION_READ} as a,
       ${millisecondsOf('statement_timestamp()')}::text as b, null as c, null::text[] as scopes,
       null::float8 as until`;

/** Looks at the moment alone. $1 as in {@link momentRow} */
export const CHANGES_STATEMENT = momentRow('$1');

/** Reads the row of {@link momentRow}. */
export function momentOf(rows: readonly LoadedRow[]): { moment: Moment; keys: readonly string[] } {
  const row = rows.find(({ slice }) => slice === 'moment');
  if (row?.a == null) throw new Error('a statement did not say of which moment it is');
  return { moment: JSON.parse(row.a) as Moment, keys: row.scopes ?? [] };
}

/** Reads the row of {@link REVISION_ROW}: the revision, and when that was, in milliseconds since 1970. */
export function revisionOf(rows: readonly LoadedRow[]): Pick<Moment, 'revision' | 'at'> {
  const row = rows.find(({ slice }) => slice === 'moment');
  if (row?.a == null) throw new Error('a statement did not say its revision');
  return { revision: row.a, at: Number(row.b) };
}
