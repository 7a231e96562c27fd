import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceOf, PRIVILEGES } from '../../src/store/privileges.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let owner: pg.Client;
let serving: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  owner = new pg.Client({ connectionString: database.url });
  serving = new pg.Client({ connectionString: database.servingUrl });
  await Promise.all([owner.connect(), serving.connect()]);
  await owner.query(`
    insert into business_center values ('bc1', 'One');
    insert into tiktok_account (id, handle) values ('brand', '@brand');
    insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write)
      values ('bc1', 'sam', 'STANDARD', now(), 'test', uuidv7());
    insert into account_grant (id, bc_id, tiktok_account_id, scopes, valid_from, begun_by, begun_write)
      values ('00000000-0000-7000-8000-000000000001', 'bc1', 'brand', '{POST}', now(), 'test', uuidv7());
    ${ENTRY}`);
});
afterAll(async () => {
  await Promise.all([owner.end(), serving.end()]);
  await database.drop();
});

const ENTRY = `insert into audit_entry (write_id, at, actor, event, subject_type, subject_id, flags)
  values (uuidv7(), now(), 'test', 'test', 'user', 'sam', '{}')`;

/** What the database answers to the role that serves: `accepted`, or the code and rule of its refusal. All is undone. */
async function outcome(...statements: string[]): Promise<string> {
  await serving.query('begin');
  try {
    for (const statement of statements) await serving.query(statement);
    return 'accepted';
  } catch (error) {
    const { code, constraint } = error as pg.DatabaseError;
    return [code, constraint].filter(Boolean).join(' ');
  } finally {
    await serving.query('rollback');
  }
}

/** PostgreSQL's code for a privilege that is lacking. */
const FORBIDDEN = '42501';

describe('the role that serves adds to the trail, and does nothing else to it', () => {
  test('it adds, and reads', async () => {
    expect(await outcome(ENTRY, 'select from audit_entry')).toBe('accepted');
  });

  test.each([
    "update audit_entry set actor = 'user:sam'",
    'delete from audit_entry',
    'truncate audit_entry',
    'alter table audit_entry disable trigger all',
    'alter table audit_entry disable trigger audit_entry_rows_are_kept',
    'drop trigger audit_entry_rows_are_kept on audit_entry',
    'drop table audit_entry',
    'alter table audit_entry rename to trail',
    'alter table audit_entry owner to current_user',
    'lock table audit_entry in access exclusive mode',
    'create trigger swallow before insert on audit_entry for each row execute function suppress_redundant_updates_trigger()',
    'create rule swallow as on insert to audit_entry do instead nothing',
    `create or replace function keep_audit_entries() returns trigger language plpgsql as 'begin return old; end'`,
    'alter function keep_audit_entries() reset all',
    'drop function keep_audit_entries() cascade',
    'set session_replication_role = replica',
    'alter role current_user set session_replication_role = replica',
    'alter role current_user superuser',
    'set role postgres',
    'set session authorization postgres',
    `copy audit_entry from program 'true'`,
    `select pg_read_file('postgresql.conf')`,
    `select lo_import('/etc/passwd')`,
  ])('refused: %s', async (statement) => {
    expect(await outcome(statement)).toBe(FORBIDDEN);
  });

  test('it grants itself nothing', async () => {
    expect(await outcome('grant all on audit_entry to public', 'delete from audit_entry')).toBe(FORBIDDEN);
  });
});

describe('it closes relationships, and removes only what may be removed', () => {
  test.each([
    [`update member set valid_to = now(), ended_by = 'test', ended_write = uuidv7()`, 'accepted'],
    [`update member set user_role = 'ADMIN'`, FORBIDDEN],
    ['delete from member', FORBIDDEN],
    ['truncate account_grant cascade', FORBIDDEN],
    [`update account_grant set scopes = '{LIVE}'`, FORBIDDEN],
    ['delete from api_key', FORBIDDEN],
    ['delete from access_request', FORBIDDEN],
    ['delete from business_center', FORBIDDEN],
    ['delete from relationship_write', FORBIDDEN],
    [`update sealed_write set seq = 0`, FORBIDDEN],
    ['delete from sealed_write', FORBIDDEN],
    ['delete from entity', 'accepted'],
    ['delete from sign_in', 'accepted'],
    [`insert into mikro_orm_migrations (name) values ('mine')`, FORBIDDEN],
    ['create table mine (id int)', FORBIDDEN],
    ['create function mine() returns int language sql as $$ select 1 $$', FORBIDDEN],
    ['create schema mine', FORBIDDEN],
    ['create temporary table mine (id int) on commit drop', 'accepted'],
    ['alter table member add column mine int', FORBIDDEN],
    ['create index mine on member (user_id)', FORBIDDEN],
  ])('%s: %s', async (statement, answer) => {
    expect(await outcome(statement)).toBe(answer);
  });
});

test('temporary tables of the same names do not lead the guards astray', async () => {
  const assigned = `insert into public.assignment
    (grant_id, bc_id, tiktok_account_id, user_id, scopes, valid_from, begun_by, begun_write)
    values ('00000000-0000-7000-8000-000000000001', 'bc1', 'brand', 'stranger', '{POST}', now(), 'test', uuidv7())`;
  // As at the commit.
  const commit = 'set constraints all immediate';
  expect(await outcome(assigned, commit)).toBe('23514 assignment_to_member');
  const shadows = ['member', 'account_grant'].map(
    (table) => `create temporary table ${table} on commit drop as select * from public.${table}`,
  );
  const lie = `update member set user_id = 'stranger'`;
  expect(await outcome(...shadows, lie, assigned, commit)).toBe('23514 assignment_to_member');
});

test('every table has its privileges, and the role that serves has these and no others', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(PRIVILEGES).toSorted());
  const role = (await serving.query<{ role: string }>('select current_user as role')).rows[0]?.role ?? '';
  expect(await differenceOf(owner, role)).toEqual({ missing: [], excess: [] });
});

test('functions that guard look into their own schema; the one that runs as its owner is for this role alone', async () => {
  const { rows } = await owner.query<{ name: string; definer: boolean; path: string | null; everybody: boolean }>(
    `select proname as name, prosecdef as definer, proacl is null as everybody,
            (select it from unnest(proconfig) it where it like 'search_path=%') as path
       from pg_proc p where pronamespace = 'public'::regnamespace and (prosecdef or prorettype = 'trigger'::regtype)`,
  );
  expect(rows.length).toBeGreaterThan(7);
  for (const { name, path } of rows) {
    expect({ name, path }).toEqual({ name, path: 'search_path=pg_catalog, public, pg_temp' });
  }
  expect(rows.filter(({ definer }) => definer)).toEqual([
    expect.objectContaining({ name: 'analyze_relationships', everybody: false }),
  ]);
});

test('what PostgreSQL knows of the tables is counted anew by the role that serves', async () => {
  const counted = async () =>
    (await owner.query<{ n: number }>(`select reltuples::int as n from pg_class where relname = 'member'`)).rows;
  await serving.query('select analyze_relationships()');
  expect(await counted()).toEqual([{ n: 1 }]);
});
