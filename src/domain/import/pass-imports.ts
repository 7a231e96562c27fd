import type { Query } from '../context.ts';
import { isWaiting } from '../database-errors.ts';
import { BEFORE_IMPORTS, IMPORTS, keyOf } from '../gates.ts';

/**
 * How long an import waits for a gate at once, in milliseconds: all writes that come after wait behind it. If its node
 * froze, that ends while what the node holds is still waited for anyway. It ends before PostgreSQL looks for a deadlock.
 */
const AT_ONCE_MS = 900;

/** So often it lets others pass. After that it waits for as long as it takes: writes may come without a pause. */
const TRIES = 10;

/** From here to the end of its transaction no other write takes effect. */
export async function passImports(query: Query): Promise<void> {
  for (const gate of [BEFORE_IMPORTS, IMPORTS]) await pass(query, keyOf(gate));
}

async function pass(query: Query, key: bigint): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await query('savepoint gate', []);
    try {
      await query(`set local lock_timeout = ${tries < TRIES ? AT_ONCE_MS : 0}`, []);
      await query('select pg_advisory_xact_lock($1)', [key]);
      await query('set local lock_timeout = 0', []);
      await query('release savepoint gate', []);
      return;
    } catch (error) {
      if (!isWaiting(error)) throw error;
      await query('rollback to savepoint gate', []);
    }
  }
}
