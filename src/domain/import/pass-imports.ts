import type { Query } from '../context.ts';
import { isWaiting } from '../database-errors.ts';
import { BEFORE_IMPORTS, IMPORTS, keyOf } from '../gates.ts';

/**
 * How long an import waits for a gate at once, in milliseconds: all writes that come after wait behind it. If its node
 * froze, that ends while what the node holds is still waited for anyway. It ends before PostgreSQL looks for a deadlock.
 */
const AT_ONCE_MS = 900;

/** So often it lets others pass. After that it waits for as long as it takes: writes may come without a pause. */
const TRIES = 4;

/** From here to the end of its transaction no other write takes effect. */
export async function passImports(query: Query): Promise<void> {
  for (const gate of [BEFORE_IMPORTS, IMPORTS]) await pass(query, keyOf(gate));
}

async function pass(query: Query, key: bigint): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      // In one round trip: others wait from the third on.
      await query(
        `savepoint gate;
         set local lock_timeout = ${tries < TRIES ? AT_ONCE_MS : 0};
         select pg_advisory_xact_lock(${key});
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
