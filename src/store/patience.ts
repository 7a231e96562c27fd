import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long an answer of the database is waited for, in milliseconds, where nobody else sets a bound: a server that has
 * gone silent would be waited for until the kernel gives up, a quarter of an hour.
 */
export const PATIENCE_MS = 5000;

/** Waits for a connection to close, but not for a server that has gone silent. */
export async function untilClosed(closing: Promise<unknown>): Promise<void> {
  await Promise.race([closing, delay(PATIENCE_MS, undefined, { ref: false })]);
}
