import pg from 'pg';
import { MIGRATIONS } from './migrations/list.ts';
import { clientOptions, type DatabaseAddress } from './open.ts';
import { PATIENCE_MS } from './patience.ts';
import { differenceOf, type Difference, type Statements } from './privileges.ts';

/** The names of all migrations of this version. */
export const KNOWN = MIGRATIONS.map(({ name }) => name);

/** How a database stands to this version of the service, and to the role that looks. */
export interface SchemaState {
  readonly role: string;
  /** Whether there are tables of ours. */
  readonly made: boolean;
  /** The schema of ours that is there, by its name in SQL, though the role does not look into it; null where there is none. */
  readonly elsewhere: string | null;
  /** Whether the role is, or may act as, the owner of the schema; where nothing is made yet, whether it may make it. */
  readonly owns: boolean;
  /** Migrations of this version that are still to come; null where the role may not know. */
  readonly pending: readonly string[] | null;
  /** Migrations that this version does not know: a later one was here. */
  readonly unknown: readonly string[];
  /** Where a role's privileges differ from what serving takes; null where nothing can be said, or nothing binds it. */
  readonly difference: Difference | null;
}

/**
 * Looks at the schema.
 * @param serveAs the role whose privileges are compared with what serving takes; if not named, the one that looks
 * @throws when the database does not answer
 */
export async function schemaState(query: Pick<Statements, 'query'>, serveAs?: string): Promise<SchemaState> {
  const { rows } = await query.query<{
    role: string;
    owns: boolean;
    made: boolean;
    elsewhere: string | null;
    readable: boolean;
  }>(
    `select current_user as role, t.oid is not null as made,
            case when t.oid is null then
              (select min(quote_ident(n.nspname)) from pg_class o join pg_namespace n on n.oid = o.relnamespace
                where o.relname = 'mikro_orm_migrations' and has_schema_privilege(n.oid, 'USAGE')) end as elsewhere,
            coalesce(has_table_privilege(t.oid, 'SELECT'), true) as readable,
            coalesce(pg_has_role(c.relowner, 'USAGE'), has_schema_privilege(current_schema(), 'CREATE'), false) as owns
       from (select to_regclass('mikro_orm_migrations')::oid as oid) t left join pg_class c on c.oid = t.oid`,
  );
  const [found] = rows;
  if (!found) throw new Error('the database did not say who asks');
  const { readable, ...state } = found;
  const { role, made, owns } = state;
  if (!readable) return { ...state, pending: null, unknown: [], difference: null };
  const applied = made ? await appliedIn(query) : [];
  const pending = KNOWN.filter((name) => !applied.includes(name));
  const bound = serveAs ?? (owns ? null : role);
  const difference = bound === null || pending.length > 0 ? null : await differenceOf(query, bound);
  return { ...state, pending, unknown: applied.filter((name) => !KNOWN.includes(name)), difference };
}

async function appliedIn(query: Pick<Statements, 'query'>): Promise<string[]> {
  const { rows } = await query.query<{ name: string }>('select name from mikro_orm_migrations order by id');
  return rows.map(({ name }) => name);
}

/** What to say where a later version has migrated the database, and what to do. */
export function laterVersion(unknown: readonly string[]): string {
  return `a later version of Sparkgate has migrated it (${unknown.join(', ')}); start that version, or restore a backup`;
}

/** Nothing that is asked of a schema takes long, but the server may be gone; in milliseconds. */
const LONGEST_QUESTION_MS = 60_000;

/** Uses a connection of its own. @throws when the database does not answer */
export async function withConnection<T>(address: DatabaseAddress, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...clientOptions(address),
    application_name: 'sparkgate-schema',
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: LONGEST_QUESTION_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
