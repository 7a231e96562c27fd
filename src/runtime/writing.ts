import type { Context, OpenSession } from '../domain/context.ts';
import { queueOfEach, writeQueue, type WriteQueue } from '../domain/write-queue.ts';

/** Bounds imports, whichever process runs them. */
export function importQueue(): WriteQueue {
  return writeQueue({ running: 2, waiting: 8 });
}

/**
 * What writes are made with.
 * @param processes how many write, and share the bounds between them
 */
export function writing(
  session: OpenSession,
  position: Context['position'],
  processes = 1,
): Pick<Context, 'session' | 'asking' | 'writes' | 'position'> {
  return {
    session,
    asking: queueOfEach({ running: 2, waiting: 100 }),
    writes: writeQueue({ running: Math.ceil(10 / processes), waiting: Math.ceil(1000 / processes) }),
    position,
  };
}
