import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { AuditEntry } from './audit/entity.ts';
import { actorName, type CallingKey, type Context, type Query, type Submission } from './context.ts';

/** The channel on which every write is announced (NOTIFY): `{"revision": string, "events": string[]}`. */
export const CHANNEL = 'sparkgate';

/** One step for the audit trail. */
export interface Audit {
  event: string;
  subject: { type: string; id: string };
  bcId?: string | null;
  before?: unknown;
  after?: unknown;
  flags?: string[];
}

/** A write under way. It holds the revision, so no other write comes between what it reads and what it writes. */
export interface Tx {
  em: EntityManager;
  query: Query;
  /** The revision that this write will have. */
  revision: string;
  /** The time of this write; never before that of an earlier revision. */
  at: Date;
  by: string;
  /** The API key and the request that it came with, for the trail. */
  apiKey: CallingKey['id'] | null;
  requestId: string | null;
}

/** What a verb hands back: nothing is written without saying what, for the audit trail. */
export type Outcome<T> = { result: T; audit: [Audit, ...Audit[]] } | { result: T; audit: 'unchanged' };

/** A finished write. `revision` is the current one if nothing had to change. */
export interface Written<T> {
  result: T;
  revision: string;
}

/**
 * Runs one write as one transaction: rows, audit entries, the next revision and NOTIFY, or nothing of it.
 * Writes queue for the one revision row, so what `work` reads and is allowed is still so when it commits.
 * `stage` runs before that queue, for preparations that may take long and touch only temporary tables.
 */
export async function transact<T>(
  ctx: Context,
  work: (tx: Tx) => Promise<Outcome<T>>,
  stage?: (query: Query) => Promise<void>,
): Promise<Written<T>> {
  const gate = stage ? ctx.imports : ctx.writes;
  return gate(async () =>
    ctx.orm.em.fork().transactional(async (em) => {
      const query = queryIn(em);
      await stage?.(query);
      const current = await takeRevision(query);
      const revision = String(BigInt(current.value) + 1n);
      const { key, requestId } = ctx;
      const by = actorName(ctx.actor);
      const tx: Tx = { em, query, revision, at: current.at, by, apiKey: key?.id ?? null, requestId };
      const { result, audit } = await work(tx);
      if (audit === 'unchanged') return { result, revision: current.value };
      await em.flush();
      if (ctx.submission) await remember(tx, ctx.submission, result);
      await record(tx, audit);
      return { result, revision };
    }),
  );
}

/** For how long a form that was carried out is remembered, in hours. */
const REMEMBERED = 24;

/** The primary key refuses what was carried out already, by whichever process. */
async function remember(tx: Tx, { hash, keep }: Submission, result: unknown): Promise<void> {
  await tx.query('delete from form_submission where at < $1', [new Date(tx.at.getTime() - REMEMBERED * 3_600_000)]);
  const kept = JSON.stringify(keep(result) ?? null);
  await tx.query('insert into form_submission (hash, at, kept) values ($1, $2, $3::jsonb)', [hash, tx.at, kept]);
}

/** Statements on the transaction of this entity manager, with parameters that PostgreSQL itself binds. */
export function queryIn(em: EntityManager): Query {
  return async <Row extends object>(text: string, values: unknown[]) => {
    const { rows } = await em.getKysely().executeQuery<Row>(CompiledQuery.raw(text, values));
    return rows;
  };
}

/** Locks the revision row and reads it, and the time: two statements, since the clock counts from when the lock is had. */
async function takeRevision(query: Query): Promise<{ value: string; at: Date }> {
  const [current] = await query<{ value: string; at: string }>(
    'select value::text, at::text from relationship_revision where one for update',
    [],
  );
  if (!current) throw new Error('relationship_revision has no row');
  const [clock] = await query<{ ms: number }>(
    'select (extract(epoch from greatest($1::timestamptz(3), clock_timestamp()::timestamptz(3))) * 1000)::float8 as ms',
    [current.at],
  );
  if (!clock) throw new Error('the clock gave no row');
  return { value: current.value, at: new Date(clock.ms) };
}

async function record(tx: Tx, audit: readonly Audit[]): Promise<void> {
  for (const entry of audit) {
    tx.em.create(AuditEntry, {
      revision: tx.revision,
      at: tx.at,
      actor: tx.by,
      apiKey: tx.apiKey,
      requestId: tx.requestId,
      event: entry.event,
      bcId: entry.bcId ?? null,
      subjectType: entry.subject.type,
      subjectId: entry.subject.id,
      before: entry.before ?? null,
      after: entry.after ?? null,
      flags: entry.flags ?? [],
    });
  }
  await tx.em.flush();
  await tx.query('update relationship_revision set value = $1, at = $2 where one', [tx.revision, tx.at]);
  const events = [...new Set(audit.map((entry) => entry.event))];
  await tx.query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify({ revision: tx.revision, events })]);
}
