import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { PageTokens } from '../decision/search/page-token.ts';
import { Turns } from '../decision/turns.ts';
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
import type { Generation } from '../rollout/generation.ts';
import type { PolicyService } from '../rollout/policy-service.ts';
import type { Orm } from '../store/open.ts';
import type { WatchedGround } from './ground.ts';
import { isReady, serviceStatus } from './service-status.ts';
import type { Together } from './together.ts';
import { writing } from './writing.ts';

/** Where the service is in its life, and what it has learnt of itself. */
export interface Life {
  readonly since: Date;
  /** Where it is reached; empty until that is known. */
  url: string;
  started: boolean;
  /** The first data are in, and whether the demo's facts are among them. */
  prepared: boolean;
  demo: boolean;
  draining: boolean;
}

/** What the parts of the service are wired from. */
export interface Foundation {
  config: Config;
  log: Logger;
  orm: Orm;
  ground: WatchedGround;
  policies: PolicyService;
  secretKeys: SecretKeys;
  life: Life;
  together: Together;
  droppedLogLines: () => number;
}

/** All that a process answers with, and the context of the command line and of the start itself. */
export interface Wired {
  services: Services;
  readonly operator: Context;
}

/** Wires what decides, writes and answers. */
export function wire(foundation: Foundation): Wired {
  const { config, log, orm, ground, policies, secretKeys, life, together } = foundation;
  const { query, session, position, facts, schema, read, replica } = ground;
  const { generations } = policies;
  const publicUrl = (): string => config.publicUrl ?? life.url;
  const keyRing = new KeyRing(query, { bootstrapApiKey: config.bootstrapApiKey, lookedAt: () => facts.lookedAt });
  facts.onKeysChanged(() => keyRing.forget());
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
      replicaReads: replica?.answered ?? 0,
      replicaBehind: replica?.behind ?? 0,
      replicaFailed: replica?.failed ?? 0,
    };
  };
  const embedded = { database: config.databaseUrl === null, pdp: config.cerbosTarget === null };
  const state = {
    query,
    schema,
    policies,
    counters: async () => together.counters(counters),
    life,
    embedded,
  };
  const issuers = issuersOf(config, log);
  const settings: DomainSettings = {
    get publicUrl() {
      return publicUrl();
    },
    requestExpiresIn: config.requestExpiresIn,
    pendingRequestsPerBusinessCenter: config.pendingRequestsPerBusinessCenter,
    secretKeys,
  };
  const { rates, imports, processes } = together;
  const shared = { orm, read, ...writing(session, position, processes), imports, settings, rates };
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
    allMetrics: together.metrics,
    droppedLogLines: foundation.droppedLogLines,
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
  return {
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
    get operator(): Context {
      const { authorizer } = generations.current;
      const callerless = { actor: { type: 'operator' }, key: null, requestId: null } as const;
      return { ...shared, authorizer, ...callerless, life: new RequestLife() };
    },
  };
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
