import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { readBundle, type Bundle } from './decision/bundle.ts';
import { SERVICE_KIND } from './decision/decide.ts';
import type { Pdp } from './decision/pdp.ts';
import { startSupervisor, type Children } from './platform/children.ts';
import type { DataDir } from './platform/data-dir.ts';
import { startEmbeddedCerbos } from './platform/embedded-cerbos.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { PlatformError } from './platform/platform-error.ts';
import { snapshotPolicies } from './platform/policy-snapshot.ts';
import { writeLimits } from './store/limits.ts';
import { migrate, openStore, type DatabaseAddress, type Orm } from './store/open.ts';

// The servers that the service stands on: its own, or those that the configuration names.

/** A supervisor, where something is embedded. */
export async function startChildren(config: Config, log: Logger, life: { started: boolean }): Promise<Children | null> {
  if (config.databaseUrl !== null && config.cerbosTarget !== null) return null;
  return startSupervisor({
    onEvent: (event) => {
      // What hinders the start is said once, by the error that ends it.
      const accident = life.started && (event.type === 'exited' || event.type === 'restarting');
      const level = accident ? 'warn' : 'debug';
      log[level]({ child: event }, `${event.name} ${event.type}`);
    },
  });
}

function required(children: Children | null): Children {
  if (!children) throw new Error('no supervisor was started');
  return children;
}

/** Where the database is; an embedded one is up then. */
export async function databaseAddress(
  config: Config,
  dataDir: DataDir,
  children: Children | null,
): Promise<DatabaseAddress> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl };
  const { path, runDir } = dataDir;
  return startEmbeddedPostgres(required(children), { dataDir: path, runDir, durable: true });
}

/** Opens, migrates and sets the limits. */
export async function openDatabase(address: DatabaseAddress, config: Pick<Config, 'limits'>): Promise<Orm> {
  const orm = await openStore(address);
  try {
    await migrate(orm);
    await writeLimits(orm, config.limits);
    return orm;
  } catch (cause) {
    await orm.close(true);
    const which = 'url' in address ? 'database (DATABASE_URL)' : 'embedded database';
    throw new PlatformError(`The ${which} cannot be used: ${innermost(cause)}`, { cause });
  }
}

/** @throws PlatformError when the folder cannot serve as policies */
export async function readPolicies({ policyDir }: Config): Promise<Bundle> {
  const bundle = await readBundle(policyDir).catch((cause: unknown) => {
    throw new PlatformError(`POLICY_DIR cannot be read: ${innermost(cause)}`, { cause });
  });
  if (bundle.kinds.has(SERVICE_KIND)) return bundle;
  throw new PlatformError(
    `POLICY_DIR ${policyDir} holds no policy for ${SERVICE_KIND}, without which nobody may call this service.`,
  );
}

/** Where the PDP is; an embedded one is up then, on a copy of the policies. */
export async function cerbosTarget(
  config: Config,
  dataDir: DataDir,
  children: Children | null,
  bundle: Bundle,
): Promise<string> {
  if (config.cerbosTarget !== null) return config.cerbosTarget;
  const policyDir = await snapshotPolicies(config.policyDir, bundle.hash, dataDir.path);
  const options = { name: 'pdp', policyDir, runDir: dataDir.runDir, copyOf: config.policyDir };
  return (await startEmbeddedCerbos(required(children), options)).target;
}

/** A PDP that is started beside us may need a moment. @throws PlatformError */
export async function requirePdp(pdp: Pdp, config: Config): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await pdp.serving()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new PlatformError(`No Cerbos answers at CERBOS_TARGET ${config.cerbosTarget ?? '(embedded)'}.`);
}

function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  return inner instanceof Error ? inner.message : String(inner);
}
