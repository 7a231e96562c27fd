import type { EntityManager } from '@mikro-orm/postgresql';
import type { Reason } from './errors.ts';
import type { RequestLife } from './request-life.ts';
import type { KeyPermission } from './vocabulary.ts';
import type { Turns, WriteQueue } from './write-queue.ts';

/** Who acts. `operator` is whoever runs the command line beside the database. */
export type Actor =
  | { type: 'user'; id: string }
  | { type: 'tiktok_account'; id: string }
  | { type: 'api_key'; id: string }
  | { type: 'operator' };

/** The API key that a call came with. `bcIds` null = not confined. */
export interface CallingKey {
  id: string;
  name: string;
  permissions: readonly KeyPermission[];
  bcIds: readonly string[] | null;
}

/** May the actor do `action` to the resource? Properties are those of an AuthZEN action. */
export interface Question {
  action: string;
  resource: {
    type: 'business_center' | 'tiktok_account' | 'ad_account' | 'access_request' | 'policy_review';
    id: string;
  };
  properties?: Readonly<Record<string, unknown>>;
}

/** The answer of the policies. `private`: the actor may not even know that the resource exists. */
export type Verdict = { decision: true } | { decision: false; reasons: readonly Reason[]; private: boolean };

/** Rows of one parameterized SQL statement. */
export type Query = <Row extends object>(text: string, values: unknown[]) => Promise<Row[]>;

/** A connection of its own, for one transaction after another. */
export interface Session extends AsyncDisposable {
  /** Reads and writes on this connection. */
  em: EntityManager;
  query: Query;
  /**
   * Begins a transaction and takes gates, in this order; what is asked meanwhile is answered behind them. It is rolled
   * back when disposed of without a commit.
   */
  transaction: (gates?: readonly Passage[]) => Transaction;
  /** Begins a transaction that reads one moment, and writes nothing. */
  snapshot: () => Promise<AsyncDisposable>;
  /**
   * Commits after a last call of a function, and tells where the database's log was then: a revision of what was
   * committed. All of it is one round trip.
   * @throws what the database says: {@link isRefusal} tells whether nothing happened
   */
  commit: (last: Call | null) => Promise<string>;
}

/** A call of a function of the database. */
export interface Call {
  name: string;
  values: readonly (string | null)[];
}

/** What a write passes: whoever else passes waits if one of them is to be alone. */
export interface Passage {
  /** Of PostgreSQL's advisory lock. */
  key: bigint;
  alone: boolean;
}

/** A transaction that begins, and when it had all of its gates. */
export interface Transaction extends AsyncDisposable {
  begun: Promise<Date>;
}

/** Opens a session; statements of an import or an export may take as long as they take. */
export type OpenSession = (purpose: 'write' | 'search' | 'import' | 'export') => Promise<Session>;

/** Reads and writes entities, of one moment a statement. */
export interface Entities {
  em: Pick<EntityManager, 'fork'>;
}

/** What a read is made with, all of it of one server, which has what was committed when the read began. */
export interface Reading {
  orm: Entities;
  query: Query;
  session: OpenSession;
}

/**
 * Reads from a replica that suffices, or else from the database; what a replica breaks off begins anew on the database.
 * @throws what `read` throws
 */
export type ReadFresh = <Result>(read: (from: Reading) => Promise<Result>) => Promise<Result>;

/** Whom a call is about: of any type that has a policy. */
export interface Subject {
  type: string;
  id: string;
}

/** How domain verbs ask the policies. Wired by the runtime; inside a write it sees what the write sees. */
export interface Authorizer {
  /** What the person may do. */
  person(actor: Actor, question: Question, within: readonly string[] | null, query: Query | null): Promise<Verdict>;
  /** The ids of all resources of a type for which the answer is yes, in key order: a list is a search. */
  resources(
    actor: Actor,
    question: Omit<Question, 'resource'> & { type: Question['resource']['type'] },
    place: { after: string; limit: number },
    within: readonly string[] | null,
  ): Promise<{ ids: string[]; next: string | null }>;
  /** What the API key may call; `bcIds` are the Business Centers touched, null for what belongs to none. */
  key(key: CallingKey, action: ServiceAction, bcIds: readonly (string | null)[]): Promise<Verdict>;
  /** What a person who comes without a key may call; `about` is whom the call asks about, or acts for. */
  keyless(actor: Actor, action: ServiceAction, about: Subject): Promise<Verdict>;
  /** What the kind's policy schema refuses of an entity's attributes; `stored elsewhere` for our own kinds. */
  attributes(type: string, attributes: object): Promise<readonly Complaint[] | 'stored elsewhere'>;
}

/** What a schema refused: a JSON Pointer into the attributes, and why. */
export interface Complaint {
  path: string;
  message: string;
}

/** What a caller can ask of this service (actions of the policy `sparkgate_service`). */
export type ServiceAction =
  | 'decide'
  | 'read_relationships'
  | 'write_relationships'
  | 'import_grants'
  | 'act_as'
  | 'read_audit'
  | 'read_metrics'
  | 'read_status'
  | 'manage_api_keys'
  | 'freeze'
  | 'unfreeze';

/** The key that signs and seals, and those before it, which are good for what they signed and sealed. */
export type SecretKeys = readonly [current: string, ...previous: string[]];

/** Settings that verbs read. Durations in seconds. */
export interface DomainSettings {
  /** Origin of the consent URLs. */
  publicUrl: string;
  /** Life of an access request that names none. */
  requestExpiresIn: number;
  /** How many requests of one Business Center may be pending at once. */
  pendingRequestsPerBusinessCenter: number;
  /** Consent tokens are derived from this and the request's id, so that none is stored. */
  secretKeys: SecretKeys;
}

/** Whom a rate is counted by. */
export type RateRule = 'address' | 'api_key' | 'account' | 'business_center';

/** How often something may still be done. Wired by the runtime. */
export interface Rates {
  /** Takes a turn. Null if there was one; otherwise the seconds until there is one again. */
  take(rule: RateRule, key: string): Promise<number | null>;
}

/** What every verb gets: who calls, and the means to ask and to write. */
export interface Context {
  orm: Entities;
  session: OpenSession;
  /** For what only reads, and may be long: lists, the trail. */
  read: ReadFresh;
  /** Lets each caller ask some writes at a time: those that are refused get no further, and take the time of others. */
  asking: Turns;
  /** Bounds the writes that run at once, so that checks always find a connection. */
  writes: WriteQueue;
  /** The same for imports, which hold a connection for as long as their caller sends. */
  imports: WriteQueue;
  /** Where the database's log is now: a revision that nothing committed before exceeds. */
  position: () => Promise<string>;
  /** Whether anybody still waits for what is done. */
  life: RequestLife;
  authorizer: Authorizer;
  settings: DomainSettings;
  rates: Rates;
  actor: Actor;
  /** null for signed-in people and the operator. */
  key: CallingKey | null;
  requestId: string | null;
  /** Of a write that came with a one-time key, such as a form: it is carried out once. Absent for every other call. */
  submission?: Submission;
  /** What the fact that a write changes has to be; absent = whatever it is. */
  ifMatch?: Precondition;
}

/** What the fact that a write changes has to be: one that there is; or one with such a tag, or unchanged since a write. */
export type Precondition = '*' | { tags: readonly string[]; since: readonly Since[] };

/** A write by its revision: of which cluster it is, and which write; null where nothing was written. */
export interface Since {
  cluster: string;
  write: string | null;
}

/** A write with a one-time key. */
export interface Submission {
  /** SHA-256 of who called what, with the key. */
  key: Buffer;
  /** SHA-256 of what was sent: of a body that streams, once all of it has come in. */
  sent: () => Promise<Buffer>;
  /** What the answer needs of the result, so that the same sent again gets it too. Never a secret. */
  keep: (result: unknown) => unknown;
}

/** The actor as it stands in rows and audit entries, such as `user:sam`. */
export function actorName(actor: Actor): string {
  return actor.type === 'operator' ? 'operator' : `${actor.type}:${actor.id}`;
}
