import pg from 'pg';
import type { Query } from '../domain/context.ts';
import { watchForLoss, type LossWatch } from './lost-connection.ts';
import { clientOptions, type DatabaseAddress } from './open.ts';
import { PATIENCE_MS, untilClosed } from './patience.ts';
import { setPurpose, SEALING } from './timeouts.ts';

const EVERY_MS = 1000;

const SEAL = 'select seal_writes() where exists (select from unsealed_write)';
const TRIM = 'select trim_changes()';
/** What comes with it ends with its patience, too. A pooler between has a process id of its own. */
const PID = { text: 'select pg_backend_pid() as pid', query_timeout: PATIENCE_MS };

/**
 * Gives writes their numbers soon after they committed, so that readers of the trail find little to do. A connection of
 * its own waits for as long as a large import takes, and is made anew when it is lost.
 * @param query asks over other connections
 */
export function keepSealed(address: DatabaseAddress, query: Query): { close: () => Promise<void> } {
  let line: Line | null = null;
  let sealing: Promise<void> | null = null;
  const seal = async (): Promise<void> => {
    line ??= await connect(address, query);
    for (const text of [SEAL, TRIM]) {
      const answer = line.client.query(text);
      line.watch.expect(answer);
      await answer;
    }
  };
  const lose = async (): Promise<void> => {
    const was = line;
    line = null;
    if (was) await hangUp(was);
  };
  const timer = setInterval(() => {
    // A database that does not answer has taken no write; the next look tries again.
    sealing ??= seal()
      .catch(lose)
      .finally(() => {
        sealing = null;
      });
  }, EVERY_MS).unref();
  return {
    async close() {
      clearInterval(timer);
      await untilClosed(sealing ?? Promise.resolve());
      await lose();
    },
  };
}

interface Line {
  client: pg.Client;
  watch: LossWatch;
}

async function hangUp({ client, watch }: Line): Promise<void> {
  watch.close();
  await untilClosed(client.end().catch(() => undefined));
}

async function connect(address: DatabaseAddress, query: Query): Promise<Line> {
  const client = new pg.Client({
    ...clientOptions(address),
    application_name: SEALING.application_name,
    connectionTimeoutMillis: PATIENCE_MS,
    keepAlive: true,
  });
  // The next statement finds out.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const [{ rows }] = await Promise.all([client.query<{ pid: number }>(PID), setPurpose(client, SEALING)]);
    return { client, watch: watchForLoss(query, client, rows[0]?.pid ?? 0) };
  } catch (error) {
    await untilClosed(client.end().catch(() => undefined));
    throw error;
  }
}
