import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long an answer of the database is waited for, in milliseconds, where nobody else sets a bound: a server that has
 * gone silent would be waited for until the kernel gives up, a quarter of an hour.
 */
export const PATIENCE_MS = 5000;

/**
 * How long one statement of a write may take, how long it may wait for another write at once, how long a transaction may
 * stand idle while others wait for it, and how long one may last; in milliseconds. Imports have their own. Waiting ends
 * before PostgreSQL looks for a deadlock (`deadlock_timeout`, 1 s): it would end an import that waits for writes which
 * wait for its rows, and the writes are made anew at less cost. Of a node that froze, what waited gets what it waited for
 * at most so much later, and is ended when it has stood idle: others are held up for the sum of the two.
 */
export const STATEMENT_MS = 10_000;
export const LOCK_MS = 450;
export const IDLE_MS = 1500;
export const TRANSACTION_MS = 15_000;

/** An answer that the database itself has given up on by then is not waited for any longer. */
export const STATEMENT_PATIENCE_MS = STATEMENT_MS + 2000;

/** Waits for a connection to close, but not for a server that has gone silent. */
export async function untilClosed(closing: Promise<unknown>): Promise<void> {
  await Promise.race([closing, delay(PATIENCE_MS, undefined, { ref: false })]);
}
