import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Query } from '../domain/context.ts';
import { isLasting, readBundle, SERVICE_KIND, type Bundle } from '../decision/bundle.ts';
import { ExternalPolicies } from '../rollout/external-policies.ts';
import { Generation, type Ground } from '../rollout/generation.ts';
import { EmbeddedPolicies } from '../rollout/embedded-policies.ts';
import type { EmbeddedParts } from '../rollout/first-generation.ts';
import type { PolicyService } from '../rollout/policy-service.ts';
import { Memo } from '../decision/memo.ts';
import { Pdp } from '../decision/pdp.ts';
import { accountOf } from '../platform/accounts.ts';
import { BundleStore } from '../rollout/bundle-store.ts';
import { SUPERVISOR } from '../platform/child-protocol.ts';
import { startSupervisor, type Children } from '../platform/children.ts';
import type { DataDir } from '../platform/data-dir.ts';
import { startEmbeddedCerbos } from '../platform/embedded-cerbos.ts';
import { startEmbeddedPostgres, type EmbeddedAddress } from '../platform/embedded-postgres.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { cannotBeUsed, probeDatabase, subjectOf } from '../probes/database.ts';
import { innermost, requireWell } from '../probes/finding.ts';
import { probePdp } from '../probes/pdp.ts';
import { probeSchema } from '../probes/schema.ts';
import { writeLimits } from '../store/limits.ts';
import { prepare } from '../store/migrate.ts';
import { openStore, type DatabaseAccess, type Orm } from '../store/open.ts';
import { admission } from '../rollout/admission-check.ts';
import { testsFor, type Admit } from '../rollout/admission.ts';
import { isAdmitted, type RecordStep } from '../rollout/policy-trail.ts';
import type { Followers } from '../rollout/followers.ts';

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

/** As whom the database is reached, and where; an embedded one is up then. */
export async function databaseAccess(
  config: Config,
  dataDir: DataDir,
  children: Children | null,
  log: Logger,
): Promise<DatabaseAccess> {
  if (config.databaseUrl !== null) return accessTo(config.databaseUrl);
  const { path, runDir } = dataDir;
  const embedded = await startEmbeddedPostgres(required(children), { dataDir: path, runDir, durable: true });
  warnOfRoot('PostgreSQL', embedded, log);
  return accessToEmbedded(embedded);
}

/** A database of somebody else's, where one role is all that we know. */
export function accessTo(url: string): DatabaseAccess {
  return { serving: { url }, owner: null };
}

/** The embedded database: as the role that serves, and as the one that owns. */
export function accessToEmbedded({ host, port, user, owner, database }: EmbeddedAddress): DatabaseAccess {
  const at = { host, port, database };
  return { serving: { ...at, user }, owner: { ...at, user: owner } };
}

function warnOfRoot(server: string, { asRoot }: { asRoot: boolean }, log: Logger): void {
  if (!asRoot) return;
  log.warn(
    `${server} runs under root's id, though without its capabilities, since no other user can reach its files: start Sparkgate as an ordinary user, or keep it and DATA_DIR where others may pass`,
  );
}

/**
 * Probes the database, gets it ready as far as its role may, opens it, and sets the limits.
 * @param warn hears what is amiss, though it can be used
 */
export async function openDatabase(
  { serving, owner }: DatabaseAccess,
  config: Pick<Config, 'limits'>,
  warn: (says: string) => void = () => undefined,
): Promise<Orm> {
  requireWell(await probeDatabase(serving), warn);
  if (owner === null) requireWell(await probeSchema(serving), warn);
  await using stack = new AsyncDisposableStack();
  try {
    await prepare(owner ?? serving, owner && 'user' in serving ? serving.user : null);
    const orm = await openStore(serving);
    stack.defer(async () => orm.close(true));
    await writeLimits(orm, config.limits);
    stack.move();
    return orm;
  } catch (cause) {
    throw new PlatformError(cannotBeUsed(subjectOf(serving), cause).says, { cause });
  }
}

/** What policies are kept with. */
export interface PolicyParts extends Ground {
  query: Query;
  config: Config;
  dataDir: DataDir;
  children: Children | null;
  log: Logger;
  /** Ends what checks policies, when the service ends. */
  signal: AbortSignal;
  /** How bundles are admitted; undefined: by compiling them, their tests and their invariants. */
  admit: Admit | undefined;
  /** Other processes that decide by the same. */
  followers: Followers;
  /** Writes into the audit trail what happens to them. */
  trail: RecordStep;
}

/** The policies that decide, kept up to date: by an embedded Cerbos, or by the one that is configured. @throws PlatformError */
export async function startPolicies({ config, ...parts }: PolicyParts): Promise<PolicyService> {
  const { policyDir, policyTestsDir: testsDir, cerbosTarget: target } = config;
  const { log } = parts;
  await testsFor(policyDir, testsDir).catch((cause: unknown) => {
    throw new PlatformError(innermost(cause), { cause });
  });
  if (target !== null) {
    const timeoutMs = config.cerbosTimeout * 1000;
    requireWell(await probePdp(target, { timeoutMs }), (says) => log.warn(says));
    return startExternalPolicies(config, target, parts);
  }
  const store = await BundleStore.open(parts.dataDir.path, await accountOf('cerbos'));
  const begin = beginnerOf({ config, ...parts });
  return EmbeddedPolicies.start({
    policyDir,
    testsDir,
    store,
    begin,
    admit: parts.admit ?? admission(parts.signal),
    trail: parts.trail,
    followers: parts.followers,
    log,
  });
}

/** Those of a Cerbos that others run. @throws PlatformError */
export async function startExternalPolicies(
  { cerbosTimeout, policyDir }: Pick<Config, 'cerbosTimeout' | 'policyDir'>,
  target: string,
  { query, log, ...ground }: Ground & { query: Query; log: Logger },
): Promise<PolicyService> {
  const local = await readPolicies(policyDir);
  const known = { target, policyDir, isAdmitted: async (policy: string) => isAdmitted(query, policy) };
  return ExternalPolicies.start({ ...ground, ...known, timeoutMs: cerbosTimeout * 1000, log }, local);
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
function beginnerOf({ config, children, dataDir, log, followers, ...ground }: PolicyParts): EmbeddedParts['begin'] {
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
    const pdp = new Pdp(embedded.target, { timeoutMs: config.cerbosTimeout * 1000 });
    const memo = new Memo(pdp, {
      bundleHash: bundle.hash,
      holdsFor: null,
      remembers: (it) => isLasting(bundle, it),
      mostBytes: ground.memoBytes,
    });
    const end = async (): Promise<void> => {
      pdp.close();
      await followers.left(embedded.target);
      await all.stop(name);
      taken.delete(name);
    };
    return new Generation({ bundle, memo, pdp, end }, ground);
  };
}

function freeName(taken: ReadonlySet<string>): string {
  let name = 'pdp';
  for (let count = 2; taken.has(name); count += 1) name = `pdp-${count}`;
  return name;
}
