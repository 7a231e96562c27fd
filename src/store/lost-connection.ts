import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';
import type { Query } from '../domain/context.ts';
import { PATIENCE_MS } from './patience.ts';

/** Looks after a connection until it is closed. */
export interface LossWatch {
  /** Hears of each answer that is waited for. */
  expect: (answer: Promise<unknown>) => void;
  close: () => void;
}

const AT_WORK = `select from pg_stat_activity where pid = $1 and state not in ('idle', 'idle in transaction', 'idle in transaction (aborted)')`;

/**
 * Ends a connection on which an answer never comes: where the server, asked over another one twice in a row, is not at
 * work for it, the statement or the answer was lost on the way. For what takes as long as it takes; all else has a bound.
 * @param query asks over other connections
 * @param pid of the server's process
 */
export function watchForLoss(query: Query, client: ClientBase, pid: number): LossWatch {
  let awaited = 0;
  let answered = 0;
  /** How many had been answered when the server was not at work for the next. */
  let idleAt: number | null = null;
  let looks = false;
  const look = async (): Promise<void> => {
    const before = answered;
    const rows = await query(AT_WORK, [pid]);
    const isIdle = rows.length === 0 && awaited > 0 && answered === before;
    if (isIdle && idleAt === answered) streamOf(client).destroy();
    idleAt = isIdle ? answered : null;
  };
  const timer = setInterval(() => {
    if (looks || awaited === 0) return;
    looks = true;
    // A database that cannot be asked may be at work. The next look tells.
    void look()
      .catch(() => undefined)
      .finally(() => {
        looks = false;
      });
  }, PATIENCE_MS).unref();
  return {
    expect(answer) {
      awaited += 1;
      void Promise.allSettled([answer]).then(() => {
        awaited -= 1;
        answered += 1;
      });
    },
    close: () => clearInterval(timer),
  };
}

/** The driver ends a connection by it, too, on which an answer takes too long. */
function streamOf(client: ClientBase): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
