import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Decision } from '../decision/check.ts';
import type { Decider } from '../decision/decide.ts';
import type { Turns } from '../decision/turns.ts';
import type { Explainer } from '../decision/explain.ts';
import type { PolicyStatus } from '../rollout/journal.ts';
import type { PageTokens } from '../decision/search/page-token.ts';
import type { Search } from '../decision/search/search.ts';
import type { SparkgateError } from '../domain/errors.ts';
import type { Actor, CallingKey, Context, Rates } from '../domain/context.ts';
import type { RequestLife } from '../domain/request-life.ts';
import type { Revision } from '../domain/revision.ts';
import type { SignedInActor } from '../domain/sign-ins/entity.ts';
import type { Issuer } from '../identity/issuer.ts';
import type { KeyRing } from '../identity/key-ring.ts';
import type { PersonTokens } from '../identity/person-tokens.ts';
import type { SealedAttempts } from '../identity/sealed-attempts.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { Locale } from './ui/locale.ts';
import type { Frame } from './ui/place.ts';

/**
 * What the application is made of; the runtime wires it. Those of a request keep to the policies with which it began;
 * those that an application is made with have the policies of now.
 */
export interface Services {
  settings: HttpSettings;
  log: Logger;
  /** These services, kept to the policies of now until `done` is called. */
  keepPolicies: () => { services: Services; done: () => void };
  /** Which policies decide, and since when. */
  policyStatus: () => PolicyStatus;
  decider: Decider;
  explainer: Explainer;
  search: Search;
  pageTokens: PageTokens;
  keyRing: KeyRing;
  /** Bounds the evaluations that are under way. */
  turns: Turns;
  rates: Rates;
  personTokens: PersonTokens;
  sessions: Sessions;
  /** Who vouches for which kind of person at the pages; null where nobody is configured. */
  issuers: Readonly<Record<SignedInActor['type'], Issuer | null>>;
  sealedAttempts: SealedAttempts;
  /** Whom the demo's sign-in lets in without proof; empty wherever that must not be. */
  demoPeople: () => readonly DemoPerson[];
  /** The context of a verb for one call. */
  contextFor: (caller: Caller, requestId: string | null, life?: RequestLife) => Context;
  /** Whether what was read at `now` is at least as fresh as `asked`. */
  isReached: (asked: Revision, now: Revision) => Promise<boolean>;
  /** Whether this process may be sent calls: its parts answer, the first data are in, and it is not about to end. */
  isReady: () => Promise<boolean>;
  status: () => Promise<ServiceStatus>;
  publicUrl: () => string;
  counters: () => Counters;
  /** Takes what this process measures, and returns how to tell what all processes that answer do. */
  allMetrics: (own: Registry) => () => Promise<string>;
  /** How many log lines were dropped, since nothing took them. */
  droppedLogLines: () => number;
}

/** What decisions of this process cost since the start. */
export interface Counters {
  /** SQL statements that loaded facts. */
  statements: number;
  /** Calls of the policy decision point, and the questions in them. */
  pdpCalls: number;
  pdpQuestions: number;
  /** Distinct questions that are remembered, and how often one was answered from memory. */
  distinct: number;
  hits: number;
  /** How old the facts in memory may be, in seconds, and how many bytes they take. */
  staleness: number;
  factsBytes: number;
  /** Reads that a replica answered, and those that the database did since the replica was behind, or since it failed. */
  replicaReads: number;
  replicaBehind: number;
  replicaFailed: number;
}

/** Somebody of the demo's cast. */
export interface DemoPerson {
  actor: SignedInActor;
  displayName: string;
}

/** Sizes in bytes, times in seconds. */
export interface HttpSettings {
  bodyLimitBytes: number;
  importLimitBytes: number;
  evaluationsPerRequest: number;
  /** The age of facts that a caller may take. */
  stalenessLimit: number;
  requestTimeout: number;
  /** Hosts beside that of `PUBLIC_URL` and this machine by which pages may be asked for, in lower case. */
  allowedHosts: readonly string[];
  /** How many proxies of ours stand before the service. */
  trustedProxies: number;
  /** Life of a sign-in at the most. */
  signInLasts: number;
}

/** The whole state of the service, for those who may know it. */
export interface ServiceStatus {
  ready: boolean;
  /** Of this service. */
  version: string;
  /** When this process began (ISO time). */
  since: string;
  /** Whether the first data are in; and whether this process is about to end. */
  prepared: boolean;
  draining: boolean;
  database: {
    answers: boolean;
    writable: boolean;
    version: string | null;
    /** False once a later version has migrated it; null while it does not answer. */
    schema_known: boolean | null;
    embedded: boolean;
    revision: string | null;
  };
  pdp: { answers: boolean; version: string | null; embedded: boolean };
  policy: PolicyStatus;
  counters: Record<
    | 'facts_statements'
    | 'pdp_calls'
    | 'pdp_questions'
    | 'memo_hits'
    | 'memo_entries'
    | 'replica_reads'
    | 'replica_behind'
    | 'replica_failed',
    number
  >;
}

/** Who calls: a key, and the person it calls for, if it names one; or a person who signed in, without a key. */
export interface Caller {
  key: CallingKey | null;
  actor: Actor;
}

/** What hono carries with a request. */
export interface Env {
  Variables: {
    services: Services;
    requestId: string;
    /** Whether anybody still waits for the answer. */
    life: RequestLife;
    log: Logger;
    /** What the request failed with, if it did. */
    failure: SparkgateError | undefined;
    /** Behind `authenticate`. */
    caller: Caller;
    /** How often keys may have changed before the caller's was found. */
    keyChanges: number;
    /** As how many evaluations the request is counted, once its turn has come. */
    turn: number;
    /** Of a check that was begun the short way: what it comes to, and when it began by `performance.now()`. */
    underWay: { decisions: Promise<Decision[]>; since: number } | undefined;
    /** Behind `signedIn`. */
    signedIn: SignedIn;
    /** On pages for everybody: who is signed in, if anybody is. */
    maybeSignedIn: SignedIn | null;
    /** The value that a browser gets as its cookie with this answer, for forms that need no sign-in. */
    newBrowser: string;
    /** On every page: whom it speaks to. */
    locale: Locale;
    /** Of a page of the console, once it is known. */
    frame: Frame | undefined;
  };
}

/** A person who is signed in at the pages. */
export interface SignedIn {
  /** Of the sign-in, not of the person. */
  id: string;
  actor: SignedInActor;
  displayName: string | null;
  /** Every form carries it as the field `csrf`. */
  csrfToken: string;
  /** Those that it may carry: forms that were shown under a secret key before stay good. */
  csrfTokens: readonly string[];
  signedInAt: Date;
  /** Whether it was the demo's sign-in, where nobody vouches for anybody. */
  demo: boolean;
}

/** What hono carries with the request of a page: the same. */
export type PageEnv = Env;
