import { REVISION_NOW } from '../domain/revision.ts';

/** Where in the order of writes something was read. */
export interface Moment {
  /** Which transactions it saw, as PostgreSQL tells them. */
  snapshot: string;
  /** Of the server's life in which snapshots can be compared: a crash, a promotion or a restored backup begins another. */
  life: string;
  /** Changes since the moment before may have gone unseen. */
  lost: boolean;
  /** By the clock of the database, in milliseconds since 1970. */
  at: number;
  revision: string;
}

const LIFE = `concat_ws(' ', pg_postmaster_start_time(), pg_is_in_recovery(), current_setting('sparkgate.cluster'),
    (select epoch from change_mark))`;

/**
 * SQL of the {@link Moment} that a statement reads at, as JSON. `since` is SQL of the snapshot of the moment before; null =
 * there was none.
 */
const momentSince = (since: string): string => `json_build_object(
    'snapshot', pg_current_snapshot(), 'life', ${LIFE}, 'revision', ${REVISION_NOW},
    'at', extract(epoch from clock_timestamp()) * 1000,
    'lost', coalesce((select trimmed > pg_snapshot_xmin(${since}::pg_snapshot) from change_mark), true))`;

/**
 * SQL of the keys of what was changed by transactions that this statement sees and the one at `since` did not; null =
 * nothing was. Both have to be asked by one statement: what came between two would be missed. A range has a beginning
 * and an end, so that PostgreSQL expects few of them and finds them by the index.
 */
const keysSince = (since: string): string => `(select array_agg(key) from (
    select key from relationship_change
     where xid >= pg_snapshot_xmax(${since}::pg_snapshot) and xid < pg_snapshot_xmax(pg_current_snapshot())
    union
    select key from relationship_change where xid = any (array(select pg_snapshot_xip(${since}::pg_snapshot)))) k)`;

/** Looks at the moment, and at what has changed since another. $1 that one's snapshot; null = everything may have */
export const CHANGES_STATEMENT = `select ${momentSince('$1')} as moment, ${keysSince('$1')} as keys`;
