import pg from 'pg';
import { clientOptions, type DatabaseAddress } from './open.ts';
import { PATIENCE_MS, untilClosed } from './patience.ts';
import { setPurpose, SEALING } from './timeouts.ts';

const EVERY_MS = 1000;

const SEAL = 'select seal_writes() where exists (select from unsealed_write)';
const TRIM = 'select trim_changes()';

/**
 * Gives writes their numbers soon after they committed, so that readers of the trail find little to do. A connection of
 * its own waits for as long as a large import takes, and is made anew when it is lost.
 */
export function keepSealed(address: DatabaseAddress): { close: () => Promise<void> } {
  let client: pg.Client | null = null;
  let sealing: Promise<void> | null = null;
  const seal = async (): Promise<void> => {
    client ??= await connect(address);
    await client.query(SEAL);
    await client.query(TRIM);
  };
  const lose = async (): Promise<void> => {
    const was = client;
    client = null;
    if (was) await untilClosed(was.end().catch(() => undefined));
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

async function connect(address: DatabaseAddress): Promise<pg.Client> {
  const client = new pg.Client({
    ...clientOptions(address),
    application_name: SEALING.application_name,
    connectionTimeoutMillis: PATIENCE_MS,
    keepAlive: true,
  });
  // The next statement finds out.
  client.on('error', () => undefined);
  await client.connect();
  await setPurpose(client, SEALING);
  return client;
}
