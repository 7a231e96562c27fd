import type { Query } from '../context.ts';
import { isWaiting } from '../database-errors.ts';
import { BEFORE_IMPORTS, IMPORTS, keyOf } from '../gates.ts';

/**
 * How long an import waits for a gate at once, in milliseconds: all writes that come after wait behind it, and for less than
 * they wait at once themselves. If its node froze, what it waited for is its own so much later at most, and then only until
 * it has stood idle for too long.
 */
export const AT_ONCE_MS = 400;

/** So often it lets others pass. After that it waits for as long as it takes: writes may come without a pause. */
const TRIES = 50;

/**
 * From here to the end of its transaction no other write takes effect. What limits look at is locked one import at a time,
 * and before the gate that all writes share, since it takes longer.
 * @param last is done one import at a time, and before anything is locked
 */
export async function passImports(query: Query, last: () => Promise<void>): Promise<void> {
  await pass(query, lock(BEFORE_IMPORTS));
  await last();
  for (const text of ['set constraints limits_at_commit immediate', lock(IMPORTS)]) await pass(query, text);
}

/** How long counting waits for autovacuum, which gives way to it, in milliseconds. */
const GIVES_WAY_MS = 3000;

/** PostgreSQL counts anew what an import has brought, so that plans are good from then on, for whoever reads it, too. */
export async function analyze(query: Query): Promise<void> {
  try {
    await query(
      `savepoint counting;
       set local lock_timeout = ${GIVES_WAY_MS};
       select analyze_relationships();
       set local lock_timeout = 0;
       release savepoint counting`,
      [],
    );
  } catch (error) {
    if (!isWaiting(error)) throw error;
    await query('rollback to savepoint counting', []);
  }
}

function lock(gate: Parameters<typeof keyOf>[0]): string {
  return `select pg_advisory_xact_lock(${keyOf(gate)})`;
}

async function pass(query: Query, text: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      // In one round trip: others wait from the third on.
      await query(
        `savepoint gate;
         set local lock_timeout = ${tries < TRIES ? AT_ONCE_MS : 0};
         ${text};
         set local lock_timeout = 0;
         release savepoint gate`,
        [],
      );
      return;
    } catch (error) {
      if (!isWaiting(error)) throw error;
      await query('rollback to savepoint gate', []);
    }
  }
}
