import type { Config } from '../config.ts';
import type { Authorizer, Context, ReadFresh } from '../domain/context.ts';
import { RequestLife } from '../domain/request-life.ts';
import { startSupervisor } from '../platform/children.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { claimDataDir, holderOf, runDir, type DataDir } from '../platform/data-dir.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { embeddedAddress, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { accessTo, accessToEmbedded, openDatabase } from './backing-services.ts';
import { poolQuery, type DatabaseAccess } from '../store/open.ts';
import { sessionOpener } from '../store/session.ts';
import { offlineAttributes } from './offline-attributes.ts';
import { positionOf } from './position.ts';
import { importQueue, writing } from './writing.ts';

/** Nobody asks what the operator may do: who runs the command line beside the database holds the database. */
const UNASKED: Omit<Authorizer, 'attributes'> = {
  person: () => Promise.reject(new Error('the operator is not asked')),
  key: () => Promise.reject(new Error('the operator calls without a key')),
  keyless: () => Promise.reject(new Error('the operator is not asked')),
  resources: () => Promise.reject(new Error('the operator lists nothing')),
};

/**
 * Runs one command on the database: the configured one, the embedded one of a service that runs, or, where none runs,
 * an embedded one that is up just for the command. It is got ready first, as at a start.
 */
export async function inOfflineContext<T>(config: Config, command: (ctx: Context) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const orm = await openDatabase(await addressOf(config, stack), config);
  stack.defer(async () => orm.close(true));
  const [session, query] = [await sessionOpener(orm), await poolQuery(orm)];
  const read: ReadFresh = async (from) => from({ orm, query, session });
  const store = { orm, read, ...writing(session, positionOf(query)) };
  return await command(operatorContext(config, { ...store, attributes: offlineAttributes(config, stack) }));
}

/** The context of the operator where no policies decide. */
export function operatorContext(
  config: Config,
  { attributes, ...store }: ReturnType<typeof writing> & Pick<Context, 'orm' | 'read'> & Pick<Authorizer, 'attributes'>,
): Context {
  return {
    ...store,
    imports: importQueue(),
    life: new RequestLife(),
    authorizer: { ...UNASKED, attributes },
    settings: {
      publicUrl: config.publicUrl ?? '',
      requestExpiresIn: config.requestExpiresIn,
      pendingRequestsPerBusinessCenter: config.pendingRequestsPerBusinessCenter,
      secretKeys: [''],
    },
    rates: { take: async () => null },
    actor: { type: 'operator' },
    key: null,
    requestId: null,
  };
}

/** Where the database is: the configured one, that of a service that runs, or an embedded one that `stack` ends. */
export async function addressOf(config: Config, stack: AsyncDisposableStack): Promise<DatabaseAccess> {
  if (config.databaseUrl !== null) return accessTo(config.databaseUrl);
  const dataDir = await claimedOrServed(config.dataDir);
  if (dataDir === 'service') return accessToEmbedded(embeddedAddress(await runDir(config.dataDir)));
  stack.defer(async () => dataDir.release());
  const children = await startSupervisor({ onEvent: () => undefined });
  stack.defer(async () => children.close());
  const options = { dataDir: dataDir.path, runDir: dataDir.runDir, durable: true };
  return accessToEmbedded(await startEmbeddedPostgres(children, options));
}

/** How long a command waits for others to be done with the embedded database, and how often it looks; in milliseconds. */
const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 100;

/** One command after the other has the embedded database up, where no service has. @throws PlatformError */
async function claimedOrServed(path: string): Promise<DataDir | 'service'> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const holder = await holderOf(path);
    if (holder === 'service') return 'service';
    try {
      if (holder === null) return await claimDataDir(path, 'command');
    } catch (error) {
      // Another came first.
      if (!isTaken(error)) throw error;
    }
    if (waited > PATIENCE_MS) throw new PlatformError(`DATA_DIR ${path} is still in use by another command.`);
    await delay(LOOK_EVERY_MS);
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof PlatformError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE';
