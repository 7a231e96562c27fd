import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { authorizerOf } from './decision/authorizer.ts';
import type { Bundle } from './decision/bundle.ts';
import { Decider } from './decision/decide.ts';
import { Explainer } from './decision/explain.ts';
import { FactLoader } from './decision/facts.ts';
import { Memo } from './decision/memo.ts';
import { Pdp } from './decision/pdp.ts';
import { PageTokens } from './decision/search/page-token.ts';
import { Search } from './decision/search/search.ts';
import { DEMO_PEOPLE, mayOfferDemoSignIn } from './demo/people.ts';
import type { Context, DomainSettings, Query } from './domain/context.ts';
import type { Caller, Readiness, Services } from './http/env.ts';
import { Issuer } from './identity/issuer.ts';
import { KeyRing } from './identity/key-ring.ts';
import { PersonTokens } from './identity/person-tokens.ts';
import { SealedAttempts } from './identity/sealed-attempts.ts';
import { Sessions } from './identity/sessions.ts';
import { claimDataDir } from './platform/data-dir.ts';
import { RateLimits } from './platform/rate-limits.ts';
import { secretFile } from './platform/secret-file.ts';
import { listen } from './store/listen.ts';
import { cerbosTarget, databaseAddress, openDatabase, readPolicies, requirePdp, startChildren } from './servers.ts';
import { closeStore, poolQuery, type Orm } from './store/open.ts';

/** How long an answer of a PDP that others run is held: its policies may change without our hearing (milliseconds). */
const EXTERNAL_ANSWERS_HOLD = 1000;

/** How long `/readyz` waits for a part, in milliseconds. */
const READY_WITHIN = 2000;

/** Everything that runs, wired; `close` ends it in the opposite order. */
export interface Runtime {
  services: Services;
  orm: Orm;
  /** The context of the command line and of the start itself. */
  operator: Context;
  /** Tells where the service is reached, once that is known. */
  reachedAt: (url: string) => void;
  /** Tells that the database holds the demo's facts. */
  demoIsThere: () => void;
  /** From now on `/readyz` says that this process is about to end. */
  drain: () => void;
  close: () => Promise<void>;
}

/** Starts what the configuration asks for. @throws PlatformError in one sentence when a part cannot be had */
export async function startRuntime(config: Config, log: Logger): Promise<Runtime> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await claimDataDir(config.dataDir);
  stack.defer(async () => dataDir.release());
  const life = { started: false };
  const children = await startChildren(config, log, life);
  stack.defer(async () => children?.close());
  const address = await databaseAddress(config, dataDir, children);
  const orm = await openDatabase(address, config);
  stack.defer(async () => closeStore(orm));
  const bundle = await readPolicies(config);
  const pdp = new Pdp(await cerbosTarget(config, dataDir, children, bundle));
  stack.defer(() => pdp.close());
  await requirePdp(pdp, config);

  const query = await poolQuery(orm);
  const facts = new FactLoader(query);
  const memo = new Memo(pdp, memoOptions(config, bundle));
  const decider = new Decider({ bundle, facts, memo });
  const search = new Search({ bundle, decider, query });
  const secretKey = config.secretKey ?? (await secretFile(join(dataDir.path, 'secret-key'), newSecretKey));
  const hearing = listen(address, (events) => {
    if (events === null || events.some((event) => event.startsWith('api_key.'))) keyRing.forget();
  });
  const keyRing = new KeyRing(query, {
    bootstrapApiKey: config.bootstrapApiKey,
    hearing: () => hearing.hearing,
  });
  stack.defer(async () => hearing.close());

  const location = { url: config.publicUrl ?? '', draining: false, demo: false };
  const issuers = issuersOf(config);
  const settings: DomainSettings = {
    get publicUrl() {
      return location.url;
    },
    requestExpiresIn: config.requestExpiresIn,
    pendingRequestsPerBusinessCenter: config.pendingRequestsPerBusinessCenter,
    secretKey,
  };
  const rates = new RateLimits(config.consentRates);
  const authorizer = authorizerOf(decider, search);
  const shared = { orm, writes: pLimit(8), imports: pLimit(2), authorizer, settings, rates };
  const services: Services = {
    settings: config,
    log,
    decider,
    explainer: new Explainer({ bundle, decider, facts, memo, pdp }),
    search,
    pageTokens: new PageTokens(secretKey),
    keyRing,
    rates,
    personTokens: new PersonTokens(Object.values(issuers).filter((it) => it !== null)),
    issuers,
    sealedAttempts: new SealedAttempts(secretKey),
    demoPeople: () => (location.demo && mayOfferDemoSignIn(config) ? DEMO_PEOPLE : []),
    sessions: new Sessions(query, { secretKey, idle: config.signInIdleTimeout }),
    contextFor: ({ actor, key }: Caller, requestId) => ({ ...shared, actor, key, requestId }),
    readiness: async () => readiness({ ping: query, pdp, policy: bundle.hash, draining: location.draining }),
    publicUrl: () => location.url,
    counters: () => ({
      statements: facts.statements,
      pdpCalls: pdp.asked.calls,
      pdpQuestions: pdp.asked.questions,
      ...memo.size,
    }),
  };
  const running = stack.move();
  life.started = true;
  return {
    services,
    orm,
    operator: { ...shared, actor: { type: 'operator' }, key: null, requestId: null },
    reachedAt: (url) => {
      location.url ||= url;
    },
    demoIsThere: () => {
      location.demo = true;
    },
    drain: () => {
      location.draining = true;
    },
    close: async () => running.disposeAsync(),
  };
}

function memoOptions(config: Config, bundle: Bundle) {
  return {
    bundleHash: bundle.hash,
    holdsFor: config.cerbosTarget === null ? null : EXTERNAL_ANSWERS_HOLD,
    remembers: (kind: string) => bundle.kinds.get(kind)?.mentionsTime !== true,
  };
}

function issuersOf({ issuers: { user, tiktok_account: owner } }: Config): Services['issuers'] {
  return { user: user && new Issuer(user), tiktok_account: owner && new Issuer(owner) };
}

function newSecretKey(): string {
  return randomBytes(32).toString('base64url');
}

async function readiness(parts: { ping: Query; pdp: Pdp; policy: string; draining: boolean }): Promise<Readiness> {
  const answers = parts.ping('select', []).then(
    () => true,
    () => false,
  );
  const [database, pdp] = await Promise.all([soon(answers), soon(parts.pdp.serving())]);
  const { policy, draining } = parts;
  return { ready: database && pdp && !draining, database, pdp, draining, policy };
}

/** What does not answer by now does not answer. */
async function soon(answers: Promise<boolean>): Promise<boolean> {
  return Promise.race([answers, delay(READY_WITHIN, false, { ref: false })]);
}
