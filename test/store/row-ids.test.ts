import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UUIDV7 } from '../../src/store/migrations/Migration20261121000000_row_ids.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

// Ids of rows are UUID version 7 (RFC 9562) on every PostgreSQL: the function for those that have none stands here in a
// schema of its own, beside what this server has.

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create schema ours; set search_path = ours');
  await client.query(UUIDV7);
  await client.query('reset search_path');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function column<Value>(text: string): Promise<Value[]> {
  return (await client.query<[Value]>({ text, rowMode: 'array' })).rows.map(([value]) => value);
}

/** The milliseconds that an id begins with. */
const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

test.each(['ours.uuidv7()', 'uuidv7()'])('%s: the time in front, version and variant, and chance', async (call) => {
  const now = 'select floor(extract(epoch from clock_timestamp()) * 1000)::float8';
  const [before = 0] = await column<number>(now);
  const ids = await column<string>(`select ${call} from generate_series(1, 1000)`);
  const [after = 0] = await column<number>(now);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBeGreaterThanOrEqual(before);
    expect(timeOf(id)).toBeLessThanOrEqual(after);
  }
  expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(ids.length);
});

test.each(['ours.uuidv7()', 'uuidv7()'])('%s: each id of a session is greater than the one before', async (call) => {
  const ids = await column<string>(`select ${call} from generate_series(1, 20000)`);
  expect(ids.filter((id, index) => index > 0 && id <= (ids[index - 1] ?? ''))).toEqual([]);
});

test('our function goes on from the last id when the clock is set back', async () => {
  const ahead = "(extract(epoch from now() + interval '1 hour') * 4096000)::bigint::text";
  await client.query(`select set_config('sparkgate.last_uuidv7', ${ahead}, false)`);
  const ids = await column<string>('select ours.uuidv7() from generate_series(1, 10000)');
  expect(ids).toEqual([...new Set(ids)].toSorted());
  expect(timeOf(ids[0] ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
});

test('a database that was migrated before the function was thought of keeps what it has', async () => {
  const orm = await openStore({ url: database.url });
  try {
    await client.query("delete from mikro_orm_migrations where name like '%row_ids'");
    expect(await migrate(orm)).toEqual(['Migration20261121000000_row_ids']);
    expect(await migrate(orm)).toEqual([]);
    expect(await orm.migrator.checkSchema()).toBe(false);
    await client.query("insert into business_center values ('bc1', 'One')");
    const [id] = await column<string>(`insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write)
      values ('bc1', 'sam', 'STANDARD', now(), 'an import in raw SQL', uuidv7()) returning id`);
    expect(id).toMatch(/^.{14}7/);
  } finally {
    await orm.close(true);
  }
});
