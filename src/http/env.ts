import type { Logger } from 'pino';
import type { Decider } from '../decision/decide.ts';
import type { PageTokens } from '../decision/search/page-token.ts';
import type { Search } from '../decision/search/search.ts';
import type { Actor, CallingKey, Context } from '../domain/context.ts';
import type { KeyRing } from '../identity/key-ring.ts';

/** What the application is made of; the runtime wires it. */
export interface Services {
  settings: HttpSettings;
  log: Logger;
  decider: Decider;
  search: Search;
  pageTokens: PageTokens;
  keyRing: KeyRing;
  /** The context of a verb for one call. */
  contextFor: (caller: Caller, requestId: string | null) => Context;
  /** Whether the parts that a decision needs answer; and whether this process is about to end. */
  readiness: () => Promise<Readiness>;
  publicUrl: () => string;
  counters: () => Counters;
}

/** What decisions cost since the start. */
export interface Counters {
  /** SQL statements that loaded facts. */
  statements: number;
  /** Calls of the policy decision point, and the questions in them. */
  pdpCalls: number;
  pdpQuestions: number;
  /** Distinct questions that are remembered, and how often one was answered from memory. */
  distinct: number;
  hits: number;
}

/** Sizes in bytes, times in seconds. */
export interface HttpSettings {
  bodyLimitBytes: number;
  importLimitBytes: number;
  evaluationsPerRequest: number;
  requestTimeout: number;
}

export interface Readiness {
  ready: boolean;
  database: boolean;
  pdp: boolean;
  draining: boolean;
  policy: string;
}

/** Who calls: always a key, and the person it calls for, if it names one. */
export interface Caller {
  key: CallingKey;
  actor: Actor;
}

/** What hono carries with a request. */
export interface Env {
  Variables: {
    services: Services;
    requestId: string;
    log: Logger;
    caller: Caller;
  };
}
