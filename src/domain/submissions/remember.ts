import type { Query, Submission } from '../context.ts';
import { SparkgateError } from '../errors.ts';

/** For how long a write that was carried out is remembered, in SQL. */
export const REMEMBERED = "interval '24 hours'";

/** A few at a time, and none that another write is about to forget. */
const FORGET = `
  delete from submission where key in (
    select key from submission where at < clock_timestamp() - ${REMEMBERED} order by at limit 100 for update skip locked)`;

/** The primary key waits for whoever is carrying the same out, and then refuses it. */
const REMEMBER = `
  insert into submission (key, at, sent, kept, write_id) values ($1, clock_timestamp(), $2, $3::json, $4)
  on conflict (key) do update
    set at = excluded.at, sent = excluded.sent, kept = excluded.kept, write_id = excluded.write_id, revision = null
    where submission.at < clock_timestamp() - ${REMEMBERED}
  returning 1`;

/**
 * Remembers a write, on its own transaction. @param writeId null where nothing had to change
 * @throws SparkgateError `conflict` where the same was carried out already: then nothing of this write happens
 */
export async function remember(
  query: Query,
  { key, sent, keep }: Submission,
  { result, writeId }: { result: unknown; writeId: string | null },
): Promise<void> {
  await query(FORGET, []);
  const kept = JSON.stringify(keep(result) ?? null);
  const rows = await query(REMEMBER, [key, await sent(), kept, writeId]);
  if (rows.length === 0) throw new SparkgateError('conflict', (say) => say.details.alreadyDone);
}
