import { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, PageQuery, type Page, noSuchCursor } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { OutsideId } from '../vocabulary.ts';

export const AuditQuery = PageQuery.extend({ bc_id: OutsideId.optional() });
export type AuditQuery = z.infer<typeof AuditQuery>;

/** An audit entry as the API shows it. */
export interface AuditView {
  id: string;
  /** The number of its write in the order of all; entries of one write have the same. */
  seq: string;
  /** When that was given: never before that of an earlier one. */
  sealed_at: string;
  /** The last part of the revision that its write answered. */
  revision: string;
  at: string;
  actor: string;
  api_key: string | null;
  request_id: string | null;
  event: string;
  bc_id: string | null;
  subject: { type: string; id: string };
  before: unknown;
  after: unknown;
  flags: string[];
}

/** Where a page goes on: after this entry of this write. */
const Place = z.tuple([z.string().regex(/^\d{1,18}$/), z.string().max(512).nullable(), z.uuid()]);

/**
 * Entries in the order in which the writes took effect, as it was sealed after their commits: an entry that was shown is
 * never followed by one that belongs before it. $1 Business Center (null = all), $2 seq, $3 bc_id, $4 id, $5 limit
 */
const OF_CENTER = `
  select e.*, ${rfc3339('e.at')} as at_text, t.seq::text, ${rfc3339('w.sealed_at')} as sealed_at
    from sealed_trail t
    join sealed_write w on w.seq = t.seq
   cross join lateral (
         select * from audit_entry e
          where e.write_id = t.write_id and e.bc_id = t.bc_id and (t.seq > $2 or e.id > $4)
          order by e.id limit $5) e
   where t.bc_id = $1 and t.seq >= $2 and $3::text is null
   order by t.seq, e.id limit $5`;

const OF_ALL = `
  select e.*, ${rfc3339('e.at')} as at_text, w.seq::text, ${rfc3339('w.sealed_at')} as sealed_at
    from sealed_write w
   cross join lateral (
         select * from audit_entry e
          where e.write_id = w.write_id and (w.seq > $2 or (coalesce(e.bc_id, ''), e.id) > (coalesce($3, ''), $4))
          order by coalesce(e.bc_id, ''), e.id limit $5) e
   where w.seq >= $2 and $1::text is null
   order by w.seq, coalesce(e.bc_id, ''), e.id limit $5`;

interface EntryRow {
  id: string;
  write_id: string;
  at_text: string;
  seq: string;
  sealed_at: string;
  actor: string;
  api_key: string | null;
  request_id: string | null;
  event: string;
  bc_id: string | null;
  subject_type: string;
  subject_id: string;
  before: unknown;
  after: unknown;
  flags: string[];
}

/** The audit trail, oldest first: of one Business Center, or of everything that the key may read. */
export async function listEntries(ctx: Context, { bc_id: bcId, ...page }: AuditQuery): Promise<Page<AuditView>> {
  await authorizeKey(ctx, 'read_audit', bcId === undefined ? [null] : [bcId]);
  const [seq, center, id] = placeOf(page.cursor);
  await queryIn(ctx.orm.em.fork())('select seal_writes()', []);
  const text = bcId === undefined ? OF_ALL : OF_CENTER;
  const values = [bcId ?? null, seq, bcId === undefined ? center : null, id, page.limit + 1];
  const rows = await ctx.read(async ({ query }) => query<EntryRow>(text, values));
  return pageOf(rows, page.limit, (row) => JSON.stringify([row.seq, row.bc_id, row.id]), view);
}

/** @throws SparkgateError `not_found` for a cursor of another list */
function placeOf(cursor: string | undefined): z.infer<typeof Place> {
  if (cursor === undefined) return ['0', null, '00000000-0000-0000-0000-000000000000'];
  const place = Place.safeParse(parsed(cursor));
  if (place.success) return place.data;
  throw noSuchCursor();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function view(entry: EntryRow): AuditView {
  return {
    id: entry.id,
    seq: entry.seq,
    sealed_at: entry.sealed_at,
    revision: entry.write_id,
    at: entry.at_text,
    actor: entry.actor,
    api_key: entry.api_key,
    request_id: entry.request_id,
    event: entry.event,
    bc_id: entry.bc_id,
    subject: { type: entry.subject_type, id: entry.subject_id },
    before: entry.before,
    after: entry.after,
    flags: entry.flags,
  };
}
