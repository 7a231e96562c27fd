import { randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { actorName, type Call, type CallingKey, type Context, type Query, type Session } from './context.ts';
import { databaseError, isRace, isRefusal, isWaiting } from './database-errors.ts';
import { SparkgateError } from './errors.ts';
import { IMPORTS, passages, type Gate } from './gates.ts';
import { remember } from './submissions/remember.ts';

/** One step for the audit trail. */
export interface Audit {
  event: string;
  subject: { type: string; id: string };
  bcId?: string | null;
  before?: unknown;
  after?: unknown;
  flags?: string[];
}

/** A write under way. No other write of what it takes comes between what it reads and what it writes. */
export interface Tx {
  em: EntityManager;
  query: Query;
  /** Of this write: the last part of its revision. Known as `at` is. */
  readonly id: string;
  /** When it got its gates, by the clock of the database. Known once something was read. */
  readonly at: Date;
  by: string;
  /** The API key and the request that it came with, for the trail. */
  apiKey: CallingKey['id'] | null;
  requestId: string | null;
}

/** What a verb hands back: nothing is written without saying what, for the audit trail. */
export type Outcome<T> = { result: T; audit: [Audit, ...Audit[]] } | { result: T; audit: 'unchanged' };

/** A finished write. `revision` is that of now if nothing had to change. */
export interface Written<T> {
  result: T;
  revision: string;
}

/** What a write passes before it reads: the others that take or share the same wait for it, and it for them. */
export interface Gates {
  /** What it changes. */
  takes?: readonly Gate[];
  /** What it leans on. */
  shares?: readonly Gate[];
  /** Refuses what may not be: asked before the write queues for anything, and again on what it sees then. */
  allow?: (tx: Tx | null) => Promise<void>;
}

/** How often a write that lost a race is made anew; and for how long one that waits for another, in milliseconds. */
const ATTEMPTS = 4;
const WAITS_MS = 10_000;

/**
 * Runs one write as one transaction: rows, audit entries and its place in the order of all, or nothing of it. Writes of
 * different things do not wait for each other. What is refused takes no place in any queue, and a write whose request
 * has ended does not happen.
 * @throws SparkgateError `unavailable` at once where too many wait; `outcome_unknown` where the commit got no answer
 */
export async function transact<T>(
  ctx: Context,
  gates: Gates,
  work: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Written<T>> {
  const { allow } = gates;
  if (allow) {
    await ctx.asking(actorName(ctx.actor), async () => {
      ctx.life.requireOpen();
      await allow(null);
    });
  }
  return ctx.writes(async () => untilUnraced(async () => writeOnce(ctx, gates, work)));
}

/** Makes a write anew that lost a race, some times. */
export async function untilUnraced<T>(write: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (let races = 0; ;) {
    try {
      return await write();
    } catch (error) {
      const again = isWaiting(error) ? performance.now() - since < WAITS_MS : isRace(error) && ++races < ATTEMPTS;
      if (!again) throw databaseError(error);
    }
  }
}

async function writeOnce<T>(
  ctx: Context,
  { allow, takes = [], shares = [] }: Gates,
  work: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Written<T>> {
  ctx.life.requireOpen();
  await using session = await ctx.session('write');
  const shared = takes.length > 0 ? [...shares, IMPORTS] : shares;
  await using transaction = session.transaction(passages(takes, shared));
  const tx = writeOn(ctx, session, transaction.begun);
  try {
    await allow?.(tx);
    // Whoever takes a gate reads first what is behind it: that is sent along with the gates.
    if (allow || takes.length === 0) await transaction.begun;
    return await finish(ctx, session, tx, await work(tx));
  } catch (error) {
    // Why there were no gates comes before what followed from that.
    await transaction.begun;
    throw error;
  }
}

/** A write on a session whose transaction begins. */
export function writeOn({ actor, key, requestId }: Context, { em, query }: Session, begun: Promise<Date>): Tx {
  let known: { at: Date; id: string } | null = null;
  void begun.then(
    (at) => {
      known = { at, id: newWriteId(at) };
    },
    () => undefined,
  );
  const requireBegun = (): { at: Date; id: string } => {
    if (!known) throw new Error('a write that has read nothing yet does not know when it began');
    return known;
  };
  return {
    em,
    query,
    get at() {
      return requireBegun().at;
    },
    get id() {
      return requireBegun().id;
    },
    by: actorName(actor),
    apiKey: key?.id ?? null,
    requestId,
  };
}

/** Records what a write did, and commits it. @throws SparkgateError `outcome_unknown` where the commit got no answer */
export async function finish<T>(
  ctx: Context,
  session: Session,
  tx: Tx,
  { result, audit }: Outcome<T>,
): Promise<Written<T>> {
  const writeId = audit === 'unchanged' ? null : tx.id;
  if (writeId !== null) await tx.em.flush();
  if (ctx.submission) await remember(tx.query, ctx.submission, { result, writeId });
  ctx.life.requireOpen();
  const position = await ctx.life.settle(commit(session, audit === 'unchanged' ? null : trailOf(tx, audit)));
  return { result, revision: writeId === null ? position : `${position}.${writeId}` };
}

/** A commit that gets no answer may have happened; what the database refuses has not. */
async function commit(session: Session, last: Call | null): Promise<string> {
  try {
    return await session.commit(last);
  } catch (error) {
    if (isRefusal(error)) throw error;
    throw new SparkgateError('outcome_unknown', (say) => say.details.outcomeUnknown, { cause: error });
  }
}

/** A UUID of version 7 (RFC 9562) by the clock of the database. */
function newWriteId(at: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Statements on the transaction of this entity manager, with parameters that PostgreSQL itself binds. */
export function queryIn(em: EntityManager): Query {
  return async <Row extends object>(text: string, values: unknown[]) => {
    const { rows } = await em.getKysely().executeQuery<Row>(CompiledQuery.raw(text, values));
    return rows;
  };
}

/** The last statement of a write: what it did, and when, since whatever it saw was committed before this moment. */
function trailOf(tx: Tx, audit: readonly Audit[]): Call {
  const entries = audit.map(({ event, subject, bcId, before, after, flags }) => ({
    event,
    bc_id: bcId,
    subject_type: subject.type,
    subject_id: subject.id,
    before,
    after,
    flags: flags ?? [],
  }));
  const values = [tx.id, tx.at.toISOString(), tx.by, tx.apiKey, tx.requestId, JSON.stringify(entries)];
  return { name: 'record_write', values };
}
