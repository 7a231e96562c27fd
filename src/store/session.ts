import { Kysely, PostgresDialect } from 'kysely';
import type { PoolClient, QueryConfig, QueryResultRow } from 'pg';
import { isRefusal } from '../domain/database-errors.ts';
import type { OpenSession, Query, Session } from '../domain/context.ts';
import { STATEMENT_PATIENCE_MS } from './patience.ts';
import type { Orm } from './open.ts';
import { EXPORTING, IMPORTING, setPurpose } from './timeouts.ts';

/**
 * Opens sessions, each a connection of its own until it is closed: a transaction and the entities that are read and
 * written in it. Whatever ends it, the connection goes back to the pool, or to nobody where its state is not known.
 */
export async function sessionOpener(orm: Orm): Promise<OpenSession> {
  const pool = await orm.em.getConnection().getNativeClient();
  return async (purpose) => {
    const client = await pool.connect();
    if (purpose === 'write') return sessionOn(orm, client, { patienceMs: STATEMENT_PATIENCE_MS, kept: true });
    const session = sessionOn(orm, client, { patienceMs: 0, kept: false });
    await setPurpose(client, purpose === 'import' ? IMPORTING : EXPORTING);
    return session;
  };
}

/** A connection that is not `kept` is ended, and with it what it was set to and its temporary tables. */
function sessionOn(orm: Orm, client: PoolClient, { patienceMs, kept }: { patienceMs: number; kept: boolean }): Session {
  const em = orm.em.fork();
  const query = plain(client, patienceMs);
  let open = false;
  let usable = true;
  const run = async (text: string): Promise<void> => {
    usable = false;
    await client.query(patiently({ text }, patienceMs));
    usable = true;
  };
  const rollBack = async (): Promise<void> => {
    if (open) await run('rollback').catch(() => undefined);
    open = false;
    em.clear();
    em.resetTransactionContext();
  };
  return {
    em,
    query,
    async transaction(shares = [], takes = []) {
      usable = false;
      open = true;
      // Two statements in one are two results.
      const text = `begin; select begin_write('{${shares.join()}}', '{${takes.join()}}') as at`;
      const results = await client.query(patiently({ text }, patienceMs)).catch(async (error: unknown) => {
        await rollBack();
        throw error;
      });
      usable = true;
      em.setTransactionContext(kyselyOn(client, patienceMs));
      return { at: timeIn(results), [Symbol.asyncDispose]: rollBack };
    },
    async snapshot() {
      open = true;
      await run('begin isolation level repeatable read, read only');
      return { [Symbol.asyncDispose]: rollBack };
    },
    async commit() {
      // A refused commit has rolled back.
      open = false;
      await run('commit').catch((error: unknown) => {
        usable = isRefusal(error);
        throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      client.release(!(usable && kept));
    },
  };
}

/** A statement whose answer is waited for so long; the driver's types do not know of that. */
function patiently(statement: QueryConfig, patienceMs: number): QueryConfig & { query_timeout: number } {
  return { ...statement, query_timeout: patienceMs };
}

function timeIn(results: unknown): Date {
  const last: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  const at = (last as { rows: { at: unknown }[] } | undefined)?.rows[0]?.at;
  if (typeof at !== 'string' && !(at instanceof Date)) throw new Error('the clock gave no row');
  return new Date(at);
}

/** Statements with parameters that PostgreSQL itself binds. */
function plain(client: PoolClient, patienceMs: number): Query {
  return async <Row extends object>(text: string, values: unknown[]) => {
    const { rows } = await client.query<Row & QueryResultRow>(patiently({ text, values }, patienceMs));
    return rows;
  };
}

const KYSELY = new WeakMap<PoolClient, Kysely<unknown>>();

/** What the ORM speaks through: this one connection, which is not its to give back. */
function kyselyOn(client: PoolClient, patienceMs: number): Kysely<unknown> {
  const known = KYSELY.get(client);
  if (known) return known;
  const made = lentTo(client, patienceMs);
  KYSELY.set(client, made);
  return made;
}

function lentTo(client: PoolClient, patienceMs: number): Kysely<unknown> {
  const lent = {
    query: async (text: string, values: readonly unknown[]) =>
      client.query(patiently({ text, values: [...values] }, patienceMs)),
    release: () => undefined,
  };
  const pool = { connect: async () => lent, end: async () => undefined };
  return new Kysely({ dialect: new PostgresDialect({ pool: pool as never }) });
}
