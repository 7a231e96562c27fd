import type { ClientBase } from 'pg';

/** What one role may do with one table: privileges on all of it, and columns that alone may be updated. */
interface TablePrivileges {
  readonly table: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
  readonly columns?: readonly string[];
}

const READ: TablePrivileges = { table: ['SELECT'] };
const ADDED: TablePrivileges = { table: ['SELECT', 'INSERT'] };
const CHANGED: TablePrivileges = { table: ['SELECT', 'INSERT', 'UPDATE'] };
const REMOVED: TablePrivileges = { table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] };
/** Rows that last from one step of a write to the next. */
const PASSED: TablePrivileges = { table: ['SELECT', 'INSERT', 'DELETE'] };
/** Rows of relationships are closed, and never change otherwise. */
const CLOSED: TablePrivileges = { table: ['SELECT', 'INSERT'], columns: ['valid_to', 'ended_by', 'ended_write'] };

/**
 * What the role that serves may do with each table; whatever is not here it may not. It adds to the audit trail, and
 * can change neither that nor what guards it: this takes the owner of the schema.
 */
export const PRIVILEGES: Readonly<Record<string, TablePrivileges>> = {
  access_request: CHANGED,
  access_request_past: ADDED,
  account_grant: CLOSED,
  account_link: CLOSED,
  ad_account: CHANGED,
  ad_account_member: CLOSED,
  ad_account_past: ADDED,
  api_key: CHANGED,
  assignment: CLOSED,
  audit_entry: ADDED,
  business_center: CHANGED,
  business_center_past: ADDED,
  change_mark: CHANGED,
  commit_check: PASSED,
  entity: REMOVED,
  entity_past: ADDED,
  known_limit: CHANGED,
  member: CLOSED,
  mikro_orm_migrations: READ,
  relationship_change: PASSED,
  relationship_write: ADDED,
  resource_freeze: CLOSED,
  sealed_trail: ADDED,
  sealed_write: ADDED,
  sign_in: REMOVED,
  submission: REMOVED,
  tiktok_account: CHANGED,
  tiktok_account_past: ADDED,
  unsealed_write: PASSED,
  user_profile: CHANGED,
};

/** Functions that only the role that serves may call, besides their owner. */
const FUNCTIONS = ['analyze_relationships()'];

/** A connection, of a pool or of its own. */
export type Statements = Pick<ClientBase, 'query' | 'escapeIdentifier'>;

/** Gives a role what serving takes, and takes back whatever else this owner gave it: all of it, or nothing. */
export async function grantServing(owner: Statements, role: string): Promise<void> {
  const { rows } = await owner.query<{ schema: string; database: string; temporary: boolean }>(
    `select current_schema() as schema, current_database() as database,
            has_database_privilege($1, current_database(), 'TEMP') as temporary`,
    [role],
  );
  const [found] = rows;
  if (!found) throw new Error('the database did not say what it is');
  const { schema, database, temporary } = found;
  const to = owner.escapeIdentifier(role);
  const on = owner.escapeIdentifier(schema);
  const statements = [
    `revoke all on all tables in schema ${on} from ${to}`,
    `grant usage on schema ${on} to ${to}`,
    ...Object.entries(PRIVILEGES).map(([name, privileges]) => `grant ${textOf(privileges)} on ${name} to ${to}`),
    ...FUNCTIONS.map((name) => `grant execute on function ${name} to ${to}`),
    // Everybody may, unless somebody took it away.
    ...(temporary ? [] : [`grant temporary on database ${owner.escapeIdentifier(database)} to ${to}`]),
  ];
  // Sent as one, which PostgreSQL takes as one transaction.
  await owner.query(statements.join(';\n'));
}

function textOf({ table, columns }: TablePrivileges): string {
  return [...table, ...(columns ? [`UPDATE (${columns.join(', ')})`] : [])].join(', ');
}

/** Where what a role may do differs from what serving takes, in words such as `INSERT on audit_entry`. */
export interface Difference {
  readonly missing: readonly string[];
  readonly excess: readonly string[];
}

/** Compares what a role may do, by whatever way it came to it, with what serving takes. */
export async function differenceOf(query: Pick<Statements, 'query'>, role: string): Promise<Difference> {
  const held = new Set([...(await heldOnTables(query, role)), ...(await heldBesides(query, role))]);
  const wanted = new Set([...Object.entries(PRIVILEGES).flatMap(wordsOf), ...BESIDES]);
  const onWholeTable = (it: string): string => it.replace(/ \(\w+\)/, '');
  return {
    missing: [...wanted].filter((it) => !held.has(it) && !held.has(onWholeTable(it))),
    excess: [...held].filter((it) => !wanted.has(it)),
  };
}

function wordsOf([name, { table, columns = [] }]: readonly [string, TablePrivileges]): string[] {
  return [...table, ...columns.map((column) => `UPDATE (${column})`)].map((it) => `${it} on ${name}`);
}

async function heldOnTables(query: Pick<Statements, 'query'>, role: string): Promise<string[]> {
  const { rows } = await query.query<{ name: string; table: TablePrivileges['table']; columns: string[] }>(
    `select c.relname as name,
            array(select p from unnest($3::text[]) p where has_table_privilege($1, c.oid, p)) as table,
            array(select a.attname::text from pg_attribute a
                   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                     and has_column_privilege($1, c.oid, a.attnum, 'UPDATE')
                     and not has_table_privilege($1, c.oid, 'UPDATE')) as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = current_schema() and c.relname = any ($2::text[])`,
    [role, Object.keys(PRIVILEGES), ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']],
  );
  return rows.flatMap(({ name, ...privileges }) => wordsOf([name, privileges]));
}

const BESIDES = ['USAGE on the schema', 'TEMPORARY on the database', ...FUNCTIONS.map((name) => `EXECUTE on ${name}`)];

async function heldBesides(query: Pick<Statements, 'query'>, role: string): Promise<string[]> {
  const { rows } = await query.query<{ words: string }>(
    `select words from (values
       ('USAGE on the schema', has_schema_privilege($1, current_schema(), 'USAGE')),
       ('CREATE on the schema', has_schema_privilege($1, current_schema(), 'CREATE')),
       ('TEMPORARY on the database', has_database_privilege($1, current_database(), 'TEMP')),
       ('SET on session_replication_role', has_parameter_privilege($1, 'session_replication_role', 'SET'))
     ) as it (words, held) where held
     union all
     select 'EXECUTE on ' || name from unnest($2::text[]) name where has_function_privilege($1, name, 'EXECUTE')`,
    [role, FUNCTIONS],
  );
  return rows.map(({ words }) => words);
}
