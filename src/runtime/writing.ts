import type { Context, OpenSession, Query } from '../domain/context.ts';
import { REVISION_NOW } from '../domain/revision.ts';
import { writeQueue } from '../domain/write-queue.ts';
import { StatementQueue } from '../facts/statement-queue.ts';

/** What writes are made with. Writes that end together learn their position by one statement. */
export function writing(
  session: OpenSession,
  query: Query,
): Pick<Context, 'session' | 'writes' | 'imports' | 'position'> {
  const positions = new StatementQueue<null, string>(async (asked) => {
    const [row] = await query<{ position: string }>(`select ${REVISION_NOW} as position`, []);
    if (!row) throw new Error('the database did not say where it is');
    return asked.map(() => row.position);
  });
  return {
    session,
    writes: writeQueue({ running: 10, waiting: 1000 }),
    imports: writeQueue({ running: 2, waiting: 8 }),
    position: async () => (await positions.load([null]))[0] ?? '',
  };
}
