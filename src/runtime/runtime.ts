import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { recorder, type RecordDecision } from '../decision/decision-record.ts';
import { FactLoader } from '../facts/loader.ts';
import type { Admit } from '../rollout/admission.ts';
import type { Generation } from '../rollout/generation.ts';
import type { PolicyChange, PolicyService } from '../rollout/policy-service.ts';
import { Turns } from '../decision/turns.ts';
import { PageTokens } from '../decision/search/page-token.ts';
import { DEMO_PEOPLE, mayOfferDemoSignIn } from '../demo/people.ts';
import type { Context, DomainSettings, SecretKeys } from '../domain/context.ts';
import { RequestLife } from '../domain/request-life.ts';
import { isReached, type Revision } from '../domain/revision.ts';
import type { Caller, Counters, Services } from '../http/env.ts';
import { Issuer } from '../identity/issuer.ts';
import { KeyRing } from '../identity/key-ring.ts';
import { PersonTokens } from '../identity/person-tokens.ts';
import { SealedAttempts } from '../identity/sealed-attempts.ts';
import { Sessions } from '../identity/sessions.ts';
import { serveCommands } from '../platform/control-socket.ts';
import { claimDataDir } from '../platform/data-dir.ts';
import { LineLog } from '../platform/line-log.ts';
import { RateLimits } from '../platform/rate-limits.ts';
import { secretFile } from '../platform/secret-file.ts';
import { listen } from '../store/listen.ts';
import { writing } from './writing.ts';
import { isReady, serviceStatus } from './service-status.ts';
import { databaseAccess, openDatabase, startChildren, startPolicies, type PolicyParts } from './backing-services.ts';
import { closeStore, poolQuery, type Orm } from '../store/open.ts';
import { sessionOpener } from '../store/session.ts';
import { keepSealed } from '../store/sealing.ts';
import { watchSchema } from '../store/schema-watch.ts';
import { watchSessions } from '../store/watchdog.ts';

/** Everything that runs, wired; `close` ends it in the opposite order. */
export interface Runtime {
  services: Services;
  orm: Orm;
  /** What the operator should change, though it hinders nothing; a sentence each. */
  advice: readonly string[];
  /** The context of the command line and of the start itself. */
  operator: Context;
  /** Tells where the service is reached, once that is known. */
  reachedAt: (url: string) => void;
  /** Tells that the first data are in, and whether the demo's facts are among them: until then `/readyz` says no. */
  prepared: (first: { demo: boolean }) => void;
  /** Takes the policies that are there now, as `policy apply` takes others. */
  reloadPolicies: () => Promise<PolicyChange>;
  /** From now on `/readyz` says that this process is about to end. */
  drain: () => void;
  close: () => Promise<void>;
}

/** What is handed in: tests put some of it in the place of the real thing. */
export interface Ports {
  admit?: Admit;
  /** How many log lines were dropped, since nothing took them. */
  droppedLogLines?: () => number;
}

/** Starts what the configuration asks for. @throws PlatformError in one sentence when a part cannot be had */
export async function startRuntime(config: Config, log: Logger, ports: Ports = {}): Promise<Runtime> {
  await using stack = new AsyncDisposableStack();
  const dataDir = await claimDataDir(config.dataDir);
  stack.defer(async () => dataDir.release());
  const life = { since: new Date(), url: '', started: false, prepared: false, demo: false, draining: false };
  const children = await startChildren(config, log, life);
  stack.defer(async () => children?.close());
  const access = await databaseAccess(config, dataDir, children, log);
  const advice: string[] = [];
  const orm = await openDatabase(access, config, (says) => advice.push(says));
  stack.defer(async () => closeStore(orm));
  const query = await poolQuery(orm);
  const session = await sessionOpener(orm);
  const schema = watchSchema(query, (names) => {
    log.error(`a later version of Sparkgate has migrated the database (${names.join(', ')}): replace this process`);
  });
  stack.defer(() => schema.close());
  const sessions = watchSessions(query, (count) => log.warn({ count }, 'ended overdue sessions of the database'));
  stack.defer(() => sessions.close());
  const facts = new FactLoader(query);
  stack.defer(() => facts.close());
  const record = await decisionLog(stack, config, log);
  const publicUrl = (): string => config.publicUrl ?? life.url;
  const policies = await keptPolicies(
    stack,
    { config, dataDir, children, facts, query, session, log, record, admit: ports.admit },
    life,
  );
  const { generations } = policies;
  const secretKeys: SecretKeys = [
    config.secretKey ?? (await secretFile(join(dataDir.path, 'secret-key'), newSecretKey)),
    ...(config.previousSecretKey === null ? [] : [config.previousSecretKey]),
  ];
  const hearing = listen(access.serving, () => keyRing.forget());
  const keyRing = new KeyRing(query, {
    bootstrapApiKey: config.bootstrapApiKey,
    hearing: () => hearing.hearing,
  });
  stack.defer(async () => hearing.close());
  const sealing = keepSealed(access.serving, query);
  stack.defer(async () => sealing.close());

  const counters = (): Counters => {
    const { calls, questions, hits } = generations.asked;
    const { distinct } = generations.current.memo.size;
    return {
      statements: facts.statements,
      pdpCalls: calls,
      pdpQuestions: questions,
      hits,
      distinct,
      staleness: facts.staleness,
      factsBytes: facts.bytes,
    };
  };
  const embedded = { database: config.databaseUrl === null, pdp: config.cerbosTarget === null };
  const state = { query, schema, policies, hearing: () => hearing.hearing, counters, life, embedded };
  const issuers = issuersOf(config, log);
  const settings: DomainSettings = {
    get publicUrl() {
      return publicUrl();
    },
    requestExpiresIn: config.requestExpiresIn,
    pendingRequestsPerBusinessCenter: config.pendingRequestsPerBusinessCenter,
    secretKeys,
  };
  const rates = new RateLimits(config.consentRates);
  const shared = { orm, ...writing(session, query), settings, rates };
  const fixed = {
    settings: config,
    log,
    keepPolicies: () => {
      const generation = generations.current;
      return { services: servicesOf(generation), done: generation.use() };
    },
    policyStatus: () => policies.status,
    pageTokens: new PageTokens(secretKeys),
    keyRing,
    turns: new Turns(),
    rates,
    personTokens: new PersonTokens(
      Object.values(issuers).filter((it) => it !== null),
      log,
    ),
    issuers,
    sealedAttempts: new SealedAttempts(secretKeys),
    demoPeople: () => (life.demo && mayOfferDemoSignIn(config) ? DEMO_PEOPLE : []),
    sessions: new Sessions(query, { secretKeys, idle: config.signInIdleTimeout }),
    isReady: async () => isReady(state),
    status: async () => serviceStatus(state),
    publicUrl,
    isReached: async (asked: Revision, now: Revision) => isReached(query, asked, now),
    counters,
    droppedLogLines: ports.droppedLogLines ?? (() => 0),
  };
  const servicesOf = perGeneration(({ decider, explainer, search, authorizer }): Services => ({
    ...fixed,
    decider,
    explainer,
    search,
    contextFor: ({ actor, key }: Caller, requestId, requestLife = new RequestLife()) => ({
      ...shared,
      authorizer,
      actor,
      key,
      requestId,
      life: requestLife,
    }),
  }));
  const running = stack.move();
  life.started = true;
  return {
    advice,
    services: {
      ...fixed,
      get decider() {
        return generations.current.decider;
      },
      get explainer() {
        return generations.current.explainer;
      },
      get search() {
        return generations.current.search;
      },
      contextFor: (...of) => servicesOf(generations.current).contextFor(...of),
    },
    orm,
    get operator(): Context {
      const { authorizer } = generations.current;
      const callerless = { actor: { type: 'operator' }, key: null, requestId: null } as const;
      return { ...shared, authorizer, ...callerless, life: new RequestLife() };
    },
    reloadPolicies: async () => policies.reload(),
    reachedAt: (url) => {
      life.url = url;
    },
    prepared: ({ demo }) => {
      Object.assign(life, { prepared: true, demo });
    },
    drain: () => {
      life.draining = true;
    },
    close: async () => running.disposeAsync(),
  };
}

/** Where every decision is written, if anywhere. @throws PlatformError when the file cannot be opened */
async function decisionLog(stack: AsyncDisposableStack, config: Config, log: Logger): Promise<RecordDecision | null> {
  if (config.decisionLog === null) return null;
  const lines = await LineLog.open(config.decisionLog, (lost, error) => {
    log.error({ err: error, lost }, 'decisions could not be written to DECISION_LOG');
  });
  stack.defer(async () => lines.close());
  return recorder((line) => lines.write(line));
}

/** Policies that are kept up to date, and exchanged on command, until the stack ends; commands learn the address, too. */
async function keptPolicies(
  stack: AsyncDisposableStack,
  parts: Omit<PolicyParts, 'signal'>,
  life: { readonly url: string },
): Promise<PolicyService> {
  const ending = new AbortController();
  stack.defer(() => ending.abort());
  const policies = await startPolicies({ ...parts, signal: ending.signal });
  stack.defer(() => policies.generations.close());
  stack.defer(() => policies.close());
  const commands = {
    status: async () => policies.status,
    rollback: async () => policies.rollback(),
    apply: async (folder: unknown) => policies.apply(String(folder)),
    address: async () => ({ url: life.url }),
  };
  stack.defer(await serveCommands(parts.dataDir.runDir, commands));
  return policies;
}

/** Made once for each generation, not for each request. */
function perGeneration<Value>(make: (generation: Generation) => Value): (generation: Generation) => Value {
  const made = new WeakMap<Generation, Value>();
  return (generation) => {
    const known = made.get(generation);
    if (known !== undefined) return known;
    const value = make(generation);
    made.set(generation, value);
    return value;
  };
}

function issuersOf({ issuers: { user, tiktok_account: owner } }: Config, log: Logger): Services['issuers'] {
  return { user: user && new Issuer(user, log), tiktok_account: owner && new Issuer(owner, log) };
}

function newSecretKey(): string {
  return randomBytes(32).toString('base64url');
}
