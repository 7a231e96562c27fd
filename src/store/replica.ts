import { setTimeout as delay } from 'node:timers/promises';
import type { Entities, OpenSession, ReadFresh, Reading, Session } from '../domain/context.ts';
import { SparkgateError } from '../domain/errors.ts';
import { parseRevision, type Revision } from '../domain/revision.ts';

/** How long a read waits for a replica to catch up, and for it to answer at all, in milliseconds. */
const CATCH_UP_MS = 20;
const ANSWER_MS = 500;

/** How long a replica that failed is left alone, in milliseconds. */
const REST_MS = 2000;

/**
 * Where a standby's log has been replayed to, which its connection keeps for the statements that follow. Its timeline is
 * that of the last page that it wrote, which follows late, never early. No row from what is no standby: it may be a
 * primary that others have replaced.
 */
export const REPLAYED = `
select set_config('sparkgate.replayed', to_hex(system_identifier) || '.' || min_recovery_end_timeline || '.'
         || (pg_last_wal_replay_lsn() - '0/0'), false) as position
  from pg_control_system(), pg_control_recovery() where pg_is_in_recovery()`;

/** How reads went: by the replica, or by the database since the replica was behind, or since it failed. */
export interface ReplicaReads {
  answered: number;
  behind: number;
  failed: number;
}

/** What reads are made with. */
export interface ReplicaParts {
  database: Reading;
  /** Opens a session of the replica. */
  replica: OpenSession;
  /** Where the log of the database is now, as a revision. */
  position: () => Promise<string>;
  /** Hears that the replica fails, and that it answers again. */
  onChange: (failure: Error | null) => void;
  /** Hears of a read that the replica broke off. */
  onBrokenOff: (failure: unknown) => void;
}

/**
 * Reads of a replica that are as fresh as those of the database: it answers once it has replayed what the database had
 * logged after the read began; else the database does. The position is asked on the very connection that is read on,
 * since an address may stand for several replicas, and in a statement before.
 */
export class Replica {
  readonly reads: ReplicaReads = { answered: 0, behind: 0, failed: 0 };
  readonly #parts: ReplicaParts;
  #restsUntil = 0;
  #failing = false;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
  }

  readonly read: ReadFresh = async (read) => {
    const session = await this.#opened('search');
    if (session === null) return read(this.#parts.database);
    await using stack = new AsyncDisposableStack();
    stack.use(session);
    try {
      const result = await read(readingOn(session));
      this.reads.answered += 1;
      return result;
    } catch (error) {
      if (isAnswer(error)) throw error;
      // A cancelled statement says nothing about the next one.
      this.reads.failed += 1;
      this.#parts.onBrokenOff(error);
      await stack.disposeAsync();
      return await read(this.#parts.database);
    }
  };

  /** A session for an export: once lines are on their way it cannot begin anew. */
  async exporting(): Promise<Session> {
    const session = await this.#opened('export');
    if (session !== null) this.reads.answered += 1;
    return session ?? this.#parts.database.session('export');
  }

  /** A session of the replica that suffices; null where the database has to answer. @throws where that is away */
  async #opened(purpose: 'search' | 'export'): Promise<Session | null> {
    if (performance.now() < this.#restsUntil) {
      this.reads.failed += 1;
      return null;
    }
    const wanted = parseRevision(await this.#parts.position());
    if (wanted === null) throw new Error('the database did not say where it is');
    try {
      const session = await inTime(this.#reached(purpose, wanted), dispose);
      if (session === null) this.reads.behind += 1;
      if (this.#failing) this.#parts.onChange(null);
      this.#failing = false;
      return session;
    } catch (error) {
      this.reads.failed += 1;
      this.#restsUntil = performance.now() + REST_MS;
      if (!this.#failing) this.#parts.onChange(error instanceof Error ? error : new Error(String(error)));
      this.#failing = true;
      return null;
    }
  }

  async #reached(purpose: 'search' | 'export', wanted: Revision): Promise<Session | null> {
    const session = await this.#parts.replica(purpose);
    try {
      for (const until = performance.now() + CATCH_UP_MS; ; await delay(2)) {
        if (suffices(await replayed(session), wanted)) return session;
        if (performance.now() >= until) break;
      }
    } catch (error) {
      await dispose(session);
      throw error;
    }
    await dispose(session);
    return null;
  }
}

async function replayed({ query }: Session): Promise<Revision> {
  const [row] = await query<{ position: string | null }>(REPLAYED, []);
  const position = parseRevision(row?.position ?? '');
  if (position === null) throw new Error('it is no standby that replays a log');
  return position;
}

function suffices(replayedTo: Revision, wanted: Revision): boolean {
  if (replayedTo.cluster !== wanted.cluster) throw new Error('it is a standby of another database cluster');
  return replayedTo.timeline === wanted.timeline && replayedTo.position >= wanted.position;
}

/** All that one session of a replica reads; whoever opens another one for a snapshot gets the same. */
function readingOn(session: Session): Reading {
  const orm: Entities = { em: { fork: (options) => session.em.fork({ ...options, keepTransactionContext: true }) } };
  const lent = { ...session, [Symbol.asyncDispose]: async () => undefined };
  return { orm, query: session.query, session: async () => lent };
}

/** What a verb says, whichever server it has read, such as that something is not there. */
function isAnswer(error: unknown): boolean {
  return error instanceof SparkgateError && error.code !== 'unavailable';
}

async function dispose(session: Session | null): Promise<void> {
  await session?.[Symbol.asyncDispose]();
}

/** What comes too late is handed to `tidy`. @throws Error where it does not come in time */
async function inTime<Value>(coming: Promise<Value>, tidy: (late: Value) => Promise<void>): Promise<Value> {
  const timeOut = new AbortController();
  const late = delay(ANSWER_MS, undefined, { signal: timeOut.signal }).then(() => {
    coming.then(tidy).catch(() => undefined);
    throw new Error(`it did not answer within ${ANSWER_MS} ms`);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    late.catch(() => undefined);
    timeOut.abort();
  }
}
