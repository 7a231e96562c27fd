import type { Query } from '../domain/context.ts';
import { REVISION_NOW } from '../domain/revision.ts';
import { StatementQueue } from '../facts/statement-queue.ts';

/** Tells where the database's log is, as a revision; those who ask together learn it by one statement. */
export function positionOf(query: Query): () => Promise<string> {
  const positions = new StatementQueue<null, string>(async (asked) => {
    const [row] = await query<{ position: string }>(`select ${REVISION_NOW} as position`, []);
    if (!row) throw new Error('the database did not say where it is');
    return asked.map(() => row.position);
  });
  return async () => (await positions.load([null]))[0] ?? '';
}
