import type { Context, OpenSession, Query } from '../domain/context.ts';
import { REVISION_NOW } from '../domain/revision.ts';
import { queueOfEach, writeQueue, type WriteQueue } from '../domain/write-queue.ts';
import { StatementQueue } from '../facts/statement-queue.ts';

/** Bounds imports, whichever process runs them. */
export function importQueue(): WriteQueue {
  return writeQueue({ running: 2, waiting: 8 });
}

/**
 * What writes are made with. Writes that end together learn their position by one statement.
 * @param processes how many write, and share the bounds between them
 */
export function writing(
  session: OpenSession,
  query: Query,
  processes = 1,
): Pick<Context, 'session' | 'asking' | 'writes' | 'position'> {
  const positions = new StatementQueue<null, string>(async (asked) => {
    const [row] = await query<{ position: string }>(`select ${REVISION_NOW} as position`, []);
    if (!row) throw new Error('the database did not say where it is');
    return asked.map(() => row.position);
  });
  return {
    session,
    asking: queueOfEach({ running: 2, waiting: 100 }),
    writes: writeQueue({ running: Math.ceil(10 / processes), waiting: Math.ceil(1000 / processes) }),
    position: async () => (await positions.load([null]))[0] ?? '',
  };
}
