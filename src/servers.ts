import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { readBundle, SERVICE_KIND, type Bundle } from './decision/bundle.ts';
import type { RecordDecision } from './decision/decision-record.ts';
import type { FactLoader } from './decision/facts.ts';
import { ExternalPolicies } from './decision/live/external-policies.ts';
import { Generation } from './decision/live/generation.ts';
import { PolicyKeeper, type KeeperParts } from './decision/live/policy-keeper.ts';
import type { PolicyService } from './decision/live/policy-service.ts';
import { Memo } from './decision/memo.ts';
import { Pdp } from './decision/pdp.ts';
import type { Query } from './domain/context.ts';
import { accountOf } from './platform/accounts.ts';
import { BundleStore } from './platform/bundle-store.ts';
import { SUPERVISOR } from './platform/child-protocol.ts';
import { startSupervisor, type Children } from './platform/children.ts';
import type { DataDir } from './platform/data-dir.ts';
import { startEmbeddedCerbos } from './platform/embedded-cerbos.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { PlatformError } from './platform/platform-error.ts';
import { writeLimits } from './store/limits.ts';
import { migrate, openStore, type DatabaseAddress, type Orm } from './store/open.ts';
import { verifierOf } from './verifier.ts';

// The servers that the service stands on: its own, or those that the configuration names.

/** A supervisor, where something is embedded. */
export async function startChildren(config: Config, log: Logger, life: { started: boolean }): Promise<Children | null> {
  if (config.databaseUrl !== null && config.cerbosTarget !== null) return null;
  const children: Children = await startSupervisor({
    onEvent: (event) => {
      // What hinders the start is said once, by the error that ends it; and what was to end, ends.
      const wanted = event.name === SUPERVISOR || children.wants(event.name);
      const accident = life.started && wanted && (event.type === 'exited' || event.type === 'restarting');
      const level = accident ? 'warn' : 'debug';
      log[level]({ child: event }, `${event.name} ${event.type}`);
    },
  });
  return children;
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
  log: Logger,
): Promise<DatabaseAddress> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl };
  const { path, runDir } = dataDir;
  const embedded = await startEmbeddedPostgres(required(children), { dataDir: path, runDir, durable: true });
  warnOfRoot('PostgreSQL', embedded, log);
  return embedded;
}

function warnOfRoot(server: string, { asRoot }: { asRoot: boolean }, log: Logger): void {
  if (!asRoot) return;
  log.warn(
    `${server} runs under root's id, though without its capabilities, since no other user can reach its files: start Sparkgate as an ordinary user, or keep it and DATA_DIR where others may pass`,
  );
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

/** What policies are kept with. */
export interface PolicyParts {
  config: Config;
  dataDir: DataDir;
  children: Children | null;
  facts: FactLoader;
  query: Query;
  /** Hears of every decision; null where nobody keeps them. */
  record: RecordDecision | null;
  log: Logger;
  /** Ends what checks policies, when the service ends. */
  signal: AbortSignal;
}

/** The policies that decide, kept up to date: by an embedded Cerbos, or by the one that is configured. @throws PlatformError */
export async function startPolicies({ config, ...parts }: PolicyParts): Promise<PolicyService> {
  const { policyDir, policyTestsDir: testsDir, cerbosTarget: target } = config;
  const { log, facts, query, record } = parts;
  if (target !== null) {
    const local = await readPolicies(policyDir);
    await requirePdp(target);
    return ExternalPolicies.start({ target, policyDir, facts, query, record, log }, local);
  }
  const store = await BundleStore.open(parts.dataDir.path, await accountOf('cerbos'));
  const begin = beginnerOf({ config, ...parts });
  return PolicyKeeper.start({ policyDir, testsDir, store, begin, verify: verifierOf(parts.signal), log });
}

async function readPolicies(policyDir: string): Promise<Bundle> {
  const bundle = await readBundle(policyDir).catch((cause: unknown) => {
    throw new PlatformError(`POLICY_DIR cannot be read: ${innermost(cause)}`, { cause });
  });
  if (bundle.kinds.has(SERVICE_KIND)) return bundle;
  throw new PlatformError(
    `POLICY_DIR ${policyDir} holds no policy for ${SERVICE_KIND}, without which nobody may call this service.`,
  );
}

/** Starts an embedded Cerbos for each bundle; several run side by side while one takes the place of another. */
function beginnerOf({ config, children, dataDir, facts, query, record, log }: PolicyParts): KeeperParts['begin'] {
  // Until the process has gone, not only until it was told to go.
  const taken = new Set<string>();
  return async (bundle, policyDir) => {
    const all = required(children);
    const name = freeName(taken);
    taken.add(name);
    const options = { name, policyDir, runDir: dataDir.runDir, copyOf: config.policyDir, bundle: bundle.hash };
    const embedded = await startEmbeddedCerbos(all, options).catch((error: unknown) => {
      taken.delete(name);
      throw error;
    });
    warnOfRoot('Cerbos', embedded, log);
    const pdp = new Pdp(embedded.target);
    const remembers = (kind: string): boolean => bundle.kinds.get(kind)?.mentionsTime !== true;
    const memo = new Memo(pdp, { bundleHash: bundle.hash, holdsFor: null, remembers });
    const end = async (): Promise<void> => {
      pdp.close();
      await all.stop(name);
      taken.delete(name);
    };
    return new Generation({ bundle, memo, pdp, end }, { facts, query, record });
  };
}

function freeName(taken: ReadonlySet<string>): string {
  let name = 'pdp';
  for (let count = 2; taken.has(name); count += 1) name = `pdp-${count}`;
  return name;
}

/** A PDP that is started beside us may need a moment. @throws PlatformError */
async function requirePdp(target: string): Promise<void> {
  const pdp = new Pdp(target);
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      if (await pdp.serving()) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  } finally {
    pdp.close();
  }
  throw new PlatformError(`No Cerbos answers at CERBOS_TARGET ${target}.`);
}

function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors.length > 0) inner = inner.errors[0];
  return inner instanceof Error ? inner.message : String(inner);
}
