import type { Query } from './context.ts';

/**
 * SQL of the revision of now: the database cluster, its timeline, and how far its log is flushed, which no commit that
 * this statement sees is beyond. The first two are looked up when a connection is made (`sparkgate.cluster`).
 */
export const REVISION_NOW = `(select current_setting('sparkgate.cluster') || '.' || (pg_current_wal_flush_lsn() - '0/0'))`;

/**
 * SQL of the revision of what a statement reads, on a standby too: how far it had replayed when its connection was last
 * asked (`sparkgate.replayed`). What it has replayed by now, a statement may see or not.
 */
export const REVISION_READ = `(case when pg_is_in_recovery() then current_setting('sparkgate.replayed') else ${REVISION_NOW} end)`;

/** What a revision says. Callers only hand it on. */
export interface Revision {
  text: string;
  /** The system identifier of the cluster, in hexadecimal digits. */
  cluster: string;
  timeline: string;
  /** How far the log of that timeline was flushed, in bytes. */
  position: bigint;
  /** The write whose revision it is; null for one that a check answered, or a write that changed nothing. */
  write: string | null;
}

const FORM =
  /^(?<cluster>[0-9a-f]{1,16})\.(?<timeline>[0-9]{1,10})\.(?<position>[0-9]{1,19})(?:\.(?<write>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))?$/;

/** Reads a revision; null for what is none. */
export function parseRevision(text: string): Revision | null {
  const groups = FORM.exec(text)?.groups;
  if (!groups) return null;
  const { cluster = '', timeline = '', position = '', write = null } = groups;
  return { text, cluster, timeline, position: BigInt(position), write };
}

/**
 * Whether what was read at `now` is at least as fresh as `asked`. Positions are compared on one timeline alone: after a
 * promotion a write counts if the database has it, and what a check answered cannot be told any more. Nor can a
 * revision of another cluster, such as the one that a dump was taken from.
 */
export async function isReached(query: Query, asked: Revision, now: Revision): Promise<boolean> {
  if (asked.cluster !== now.cluster) return false;
  if (asked.timeline === now.timeline) return asked.position <= now.position;
  if (asked.write === null) return false;
  const rows = await query('select from relationship_write where id = $1', [asked.write]);
  return rows.length > 0;
}
