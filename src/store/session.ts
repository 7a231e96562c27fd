import { Kysely, PostgresDialect } from 'kysely';
import { escapeLiteral } from 'pg';
import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { OpenSession, Passage, Session } from '../domain/context.ts';
import { REVISION_NOW } from '../domain/revision.ts';
import { watchForLoss, type LossWatch } from './lost-connection.ts';
import { IDLE_MS, PATIENCE_MS, STATEMENT_PATIENCE_MS, TRANSACTION_MS } from './patience.ts';
import { nameOf, poolQuery, type Orm } from './open.ts';
import { EXPORTING, IMPORTING, setPurpose } from './timeouts.ts';

/**
 * Opens sessions, each a connection of its own until it is closed: a transaction and the entities that are read and
 * written in it. Whatever ends it, the connection goes back to the pool, or to nobody where its state is not known.
 */
export async function sessionOpener(orm: Orm): Promise<OpenSession> {
  const pool = await orm.em.getConnection().getNativeClient();
  const query = await poolQuery(orm);
  return async (purpose) => {
    const client = await pool.connect();
    if (purpose === 'write' || purpose === 'search') {
      return sessionOn(orm, client, { patienceMs: STATEMENT_PATIENCE_MS, kept: true });
    }
    try {
      // A pooler between has a process id of its own. What comes before it ends with its patience, too.
      const known = client.query<{ pid: number }>(patiently({ text: 'select pg_backend_pid() as pid' }, PATIENCE_MS));
      const [{ rows }] = await Promise.all([known, setPurpose(client, purpose === 'import' ? IMPORTING : EXPORTING)]);
      const watch = watchForLoss(query, client, rows[0]?.pid ?? 0);
      return sessionOn(orm, client, { patienceMs: 0, kept: false, watch });
    } catch (error) {
      client.release(true);
      throw error;
    }
  };
}

interface Manner {
  patienceMs: number;
  kept: boolean;
  /** Ends the connection where an answer never comes, though there is no bound to how long it takes. */
  watch?: LossWatch | undefined;
}

/** A connection that is not `kept` is ended, and with it what it was set to and its temporary tables. */
function sessionOn(orm: Orm, client: PoolClient, { patienceMs, kept, watch }: Manner): Session {
  const em = orm.em.fork();
  const line = lineOf(client, { patienceMs, watch });
  em.setTransactionContext(line.kysely);
  let open = false;
  let usable = true;
  const run = async (text: string, withinMs: number): Promise<QueryResult> => {
    usable = false;
    const answer = client.query(patiently({ text }, withinMs));
    watch?.expect(answer);
    const result = await answer;
    usable = true;
    return result;
  };
  const rollBack = async (): Promise<void> => {
    // What the server does not answer by then it has ended itself.
    if (open) await run('rollback', IDLE_MS).catch(() => undefined);
    open = false;
    em.clear();
  };
  return {
    em,
    async query<Row extends object>(text: string, values: unknown[]) {
      // What an import asks is put together anew each time.
      const name = kept ? nameOf(text) : undefined;
      const { rows } = await line.ask({ text, values, ...(name !== undefined && { name }) });
      return rows as Row[];
    },
    transaction(gates = []) {
      open = true;
      const begun = run(begin(gates), patienceMs).then((results) => new Date(Number(lastOf(results))));
      // Whoever asks something behind the gates hears of it.
      begun.catch(() => undefined);
      line.begun = begun;
      return { begun, [Symbol.asyncDispose]: rollBack };
    },
    async snapshot() {
      open = true;
      // It locks nothing, and may stand idle while others decide.
      const idle = kept ? `; set local idle_in_transaction_session_timeout = ${TRANSACTION_MS}` : '';
      await run(`begin isolation level repeatable read, read only${idle}`, patienceMs);
      return { [Symbol.asyncDispose]: rollBack };
    },
    async commit(last) {
      const call = last && `select ${last.name}(${last.values.map((value) => literal(value)).join()});`;
      const text = `${call ?? ''} commit; select ${REVISION_NOW} as answer`;
      const results = await run(text, patienceMs);
      open = false;
      return String(lastOf(results));
    },
    async [Symbol.asyncDispose]() {
      em.resetTransactionContext();
      watch?.close();
      client.release(!(usable && kept));
    },
  };
}

/** A statement whose answer is waited for so long; the driver's types do not know of that. */
function patiently(statement: QueryConfig, patienceMs: number): QueryConfig & { query_timeout: number } {
  return { ...statement, query_timeout: patienceMs };
}

/** Begins a transaction, takes its gates one after another, and then looks at the clock. */
function begin(gates: readonly Passage[]): string {
  const keys = gates.map(({ key }) => key).join();
  const alone = gates.map((gate) => gate.alone).join();
  return `begin;
    select case when g.alone then pg_advisory_xact_lock(g.key) else pg_advisory_xact_lock_shared(g.key) end
      from unnest('{${keys}}'::bigint[], '{${alone}}'::boolean[]) as g (key, alone);
    select extract(epoch from clock_timestamp()::timestamptz(3)) * 1000 as answer`;
}

function literal(value: string | null): string {
  return value === null ? 'null' : escapeLiteral(value);
}

/** What the last of several statements answers that were sent as one. */
function lastOf(results: unknown): unknown {
  const last: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  const row = (last as QueryResult<{ answer: unknown }> | undefined)?.rows[0];
  if (!row) throw new Error('the last statement gave no row');
  return row.answer;
}

/** A connection, on which statements are sent without waiting for the answers of those before. */
interface Line {
  /** When the transaction had its gates. What is answered behind them is handed out after that, and fails with it. */
  begun: Promise<unknown>;
  /** How long an answer is waited for, in milliseconds; 0 = for as long as it takes. */
  patienceMs: number;
  watch: LossWatch | undefined;
  ask: (statement: QueryConfig) => Promise<QueryResult>;
  /** What the ORM speaks through: this one connection, which is not its to give back. */
  kysely: Kysely<unknown>;
}

const LINES = new WeakMap<PoolClient, Line>();

function lineOf(client: PoolClient, manner: Pick<Line, 'patienceMs' | 'watch'>): Line {
  const known = LINES.get(client);
  // Whoever had it before has left it with a transaction that may not have begun.
  if (known) return Object.assign(known, { begun: Promise.resolve(), ...manner });
  const ask = async (statement: QueryConfig): Promise<QueryResult> => {
    const answer = client.query(patiently(statement, line.patienceMs));
    answer.catch(() => undefined);
    line.watch?.expect(answer);
    await line.begun;
    return answer;
  };
  const line: Line = { begun: Promise.resolve(), ...manner, ask, kysely: kyselyOver(ask) };
  LINES.set(client, line);
  return line;
}

/** Statements of more parameters, such as lists of ids, differ in their number. */
const PREPARED_PARAMETERS = 16;

function kyselyOver(ask: Line['ask']): Kysely<unknown> {
  const lent = {
    query: async (text: string, values: readonly unknown[]) => {
      const prepared = values.length > 0 && values.length <= PREPARED_PARAMETERS;
      return ask({ text, values: [...values], ...(prepared && { name: nameOf(text) }) });
    },
    release: () => undefined,
  };
  const pool = { connect: async () => lent, end: async () => undefined };
  return new Kysely({ dialect: new PostgresDialect({ pool: pool as never }) });
}
