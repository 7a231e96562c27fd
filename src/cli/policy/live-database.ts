import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type ClientConfig } from 'pg';
import type { Config } from '../../config.ts';
import { addressOf } from '../../runtime/offline-context.ts';
import { inUse } from '../../platform/data-dir.ts';
import { PlatformError } from '../../platform/platform-error.ts';
import { innermost } from '../../probes/finding.ts';
import { CLUSTER, type DatabaseAddress } from '../../store/open.ts';
import type { Live } from '../../review/live.ts';

/** Rows that are fetched at once. */
const PORTION = 5000;

/** How long a server may take to accept a connection, in milliseconds. */
const CONNECT_WITHIN = 10_000;

/** How statements that go through everything are planned: all rows are wanted, and hashing beats looking up one by one. */
const PLANNING = {
  work_mem: '48MB',
  jit: 'off',
  cursor_tuple_fraction: '1',
  enable_memoize: 'off',
  enable_nestloop: 'off',
  enable_mergejoin: 'off',
};

/**
 * Lets a command read the real database, as of one moment and unable to write: the configured one, the embedded one of
 * a service that runs, or that of DATA_DIR, which then is up just for the command.
 * @throws PlatformError when there is none, or it cannot be reached or read
 */
export async function withLiveDatabase<T>(config: Config, command: (live: Live) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  await requireDatabase(config);
  const client = new Client(connection(await readableAddress(config, stack)));
  client.on('error', () => undefined);
  const which = config.databaseUrl === null ? `database in ${config.dataDir}` : 'database (DATABASE_URL)';
  const failed = (cause: unknown): never => {
    throw new PlatformError(`The ${which} cannot be read: ${innermost(cause)}`, { cause });
  };
  stack.defer(async () => client.end().catch(() => undefined));
  await client.connect().catch(failed);
  await client.query(CLUSTER).catch(failed);
  await client.query('begin isolation level repeatable read read only').catch(failed);
  await client.query(
    Object.entries(PLANNING)
      .map(([name, value]) => `set local ${name} = '${value}'`)
      .join('; '),
  );
  return await command({ rows: (text, values = []) => portions(client, text, values, failed) });
}

let cursors = 0;

async function* portions<Row extends object>(
  client: Client,
  text: string,
  values: readonly unknown[],
  failed: (cause: unknown) => never,
): AsyncGenerator<Row> {
  cursors += 1;
  const name = `live_${cursors}`;
  await client.query(`declare ${name} no scroll cursor for ${text}`, [...values]).catch(failed);
  try {
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${PORTION} from ${name}`).catch(failed);
      yield* rows;
      if (rows.length < PORTION) return;
    }
  } finally {
    await client.query(`close ${name}`).catch(() => undefined);
  }
}

/** A command that only looks must not make a database. @throws PlatformError */
async function requireDatabase({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl !== null || (await inUse(dataDir))) return;
  await stat(join(dataDir, 'pg')).catch((cause: unknown) => {
    throw new PlatformError(`There is no database in ${dataDir}: set DATABASE_URL or DATA_DIR.`, { cause });
  });
}

/** As its owner, where it is ours: a database that no service has used since an update has no other role that may read. */
async function readableAddress(config: Config, stack: AsyncDisposableStack): Promise<DatabaseAddress> {
  const { owner, serving } = await addressOf(config, stack);
  return owner ?? serving;
}

function connection(address: DatabaseAddress): ClientConfig {
  const own = { application_name: 'sparkgate policy', connectionTimeoutMillis: CONNECT_WITHIN };
  return 'url' in address ? { connectionString: address.url, ...own } : { ...address, password: '', ...own };
}
