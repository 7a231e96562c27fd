import type { Query } from '../domain/context.ts';
import { STATEMENT_MS, TRANSACTION_MS } from './patience.ts';
import { SERVING } from './timeouts.ts';

const EVERY_MS = 2000;

/** A transaction may last so long before it is ended, in milliseconds: what the server's own time-out ends is gone by then. */
const OVERDUE_MS = TRANSACTION_MS + STATEMENT_MS / 2;

/** Sessions of other nodes, too, one of which may have frozen. Imports and migrations have other names. */
const END_OVERDUE = `
select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
 where datname = current_database() and usename = current_user and application_name = $1 and pid <> pg_backend_pid()
   and xact_start < clock_timestamp() - $2 * interval '1 millisecond'`;

/**
 * Ends sessions whose transaction is overdue, where the server has no time-out for it: PostgreSQL before 17, and a client
 * on a unix socket that stopped reading in the middle of an answer.
 * @param onEnded hears how many were ended
 */
export function watchSessions(query: Query, onEnded: (count: number) => void): { close: () => void } {
  const look = async (): Promise<void> => {
    const [row] = await query<{ ended: number }>(END_OVERDUE, [SERVING.application_name, OVERDUE_MS]);
    if (row && row.ended > 0) onEnded(row.ended);
  };
  // A database that does not answer has nobody to wait for.
  const timer = setInterval(() => void look().catch(() => undefined), EVERY_MS).unref();
  return { close: () => clearInterval(timer) };
}
