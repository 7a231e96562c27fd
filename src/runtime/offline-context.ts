import type { Config } from '../config.ts';
import type { Authorizer, Context } from '../domain/context.ts';
import { RequestLife } from '../domain/request-life.ts';
import { startSupervisor } from '../platform/children.ts';
import { claimDataDir, inUse, runDir } from '../platform/data-dir.ts';
import { embeddedAddress, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { accessTo, accessToEmbedded, openDatabase } from './backing-services.ts';
import { poolQuery, type DatabaseAccess } from '../store/open.ts';
import { writing } from './writing.ts';

/** Nobody asks what the operator may do: who runs the command line beside the database holds the database. */
const UNASKED: Authorizer = {
  person: () => Promise.reject(new Error('the operator is not asked')),
  key: () => Promise.reject(new Error('the operator calls without a key')),
  keyless: () => Promise.reject(new Error('the operator is not asked')),
  resources: () => Promise.reject(new Error('the operator lists nothing')),
  attributes: () => Promise.reject(new Error('entities are not stored from the command line')),
};

/**
 * Runs one command on the database: the configured one, the embedded one of a service that runs, or, where none runs,
 * an embedded one that is up just for the command. It is got ready first, as at a start.
 */
export async function inOfflineContext<T>(config: Config, command: (ctx: Context) => Promise<T>): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const orm = await openDatabase(await addressOf(config, stack), config);
  stack.defer(async () => orm.close(true));
  return await command({
    orm,
    ...(await writing(orm, await poolQuery(orm))),
    life: new RequestLife(),
    authorizer: UNASKED,
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
  });
}

/** Where the database is: the configured one, that of a service that runs, or an embedded one that `stack` ends. */
export async function addressOf(config: Config, stack: AsyncDisposableStack): Promise<DatabaseAccess> {
  if (config.databaseUrl !== null) return accessTo(config.databaseUrl);
  if (await inUse(config.dataDir)) return accessToEmbedded(embeddedAddress(await runDir(config.dataDir)));
  const dataDir = await claimDataDir(config.dataDir);
  stack.defer(async () => dataDir.release());
  const children = await startSupervisor({ onEvent: () => undefined });
  stack.defer(async () => children.close());
  const options = { dataDir: dataDir.path, runDir: dataDir.runDir, durable: true };
  return accessToEmbedded(await startEmbeddedPostgres(children, options));
}
