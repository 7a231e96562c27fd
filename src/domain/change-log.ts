/**
 * SQL of the keys of what was changed by transactions that this statement sees and the one at `since`, SQL of a snapshot,
 * did not. Both have to be asked by one statement: what came between two would be missed. A range has a beginning and an
 * end, so that PostgreSQL expects few of them and finds them by the index.
 * @param and a condition on the transaction, `xid`
 */
export function changedSince(since: string, and = ''): string {
  return `
    select key from relationship_change
     where xid >= pg_snapshot_xmax(${since}::pg_snapshot) and xid < pg_snapshot_xmax(pg_current_snapshot())${and}
    union
    select key from relationship_change where xid = any (array(select pg_snapshot_xip(${since}::pg_snapshot)))${and}`;
}

/** SQL: changes since that snapshot may have been trimmed, so that {@link changedSince} is not all. */
export function lostSince(since: string): string {
  return `coalesce((select trimmed > pg_snapshot_xmin(${since}::pg_snapshot) from change_mark), true)`;
}

/** The keys that say that anything may have changed, or the name of any user. */
export const EVERYTHING = '*';
export const ALL_USER_PROFILES = 'user_profile';
