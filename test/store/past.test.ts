import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { randomFrom, type Random } from '../history/random.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { testDatabase } from '../support/database.ts';
import { bring } from '../support/ndjson.ts';

// What is overwritten in place can be asked about later: what it was at the moment of each write.

let app: TestApp;
let client: pg.Client;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await app.close();
});

async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await client.query<Row>(text, values)).rows;
}

/** What is overwritten, with the columns that nobody asks about. */
const TABLES = {
  business_center: ['since'],
  ad_account: ['since'],
  tiktok_account: ['since'],
  entity: ['since'],
  access_request: ['since', 'token_hash', 'code', 'note'],
} as const;
type Table = keyof typeof TABLES;

async function columnsOf(table: string): Promise<string[]> {
  const found = await sql<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  return found.map(({ name }) => name);
}

test.each(Object.entries(TABLES))('the past of %s has all that it has itself, but %s', async (table, left) => {
  const own = (await columnsOf(table)).filter((column) => !(left as readonly string[]).includes(column));
  expect((await columnsOf(`${table}_past`)).toSorted()).toEqual([...own, 'since', 'until'].toSorted());
});

// What users are called takes part in no decision: the trail has what they were called before.
test('every table that is overwritten in place has a past', async () => {
  const found = await sql<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger
      where (tgname like '%\\_since' or tgname like '%\\_version') and tgrelid <> 'user_profile'::regclass`,
  );
  expect(found.map(({ name }) => name).toSorted()).toEqual(Object.keys(TABLES).toSorted());
});

/** SQL of the rows of a table as they were at $1. */
async function stateAt(table: Table): Promise<string> {
  const columns = (await columnsOf(`${table}_past`)).filter((it) => it !== 'since' && it !== 'until').join(', ');
  return `select ${columns} from ${table} where since <= $1::timestamptz
    union all select ${columns} from ${table}_past where since <= $1::timestamptz and $1::timestamptz < until`;
}

async function rows(of: string, values: unknown[] = []): Promise<string[]> {
  const found = await sql<{ row: string }>(`select to_jsonb(it)::text as row from (${of}) it`, values);
  return found.map(({ row }) => row).toSorted();
}

/** Some write; refused ones change nothing. */
async function write(random: Random): Promise<void> {
  const n = random.below(4);
  const name = `Name ${random.below(1000)}`;
  const requests = await sql<{ id: string }>(`select id from access_request where status = 'PENDING'`);
  await random.oneOf([
    async () => app.call('PUT', `/v1/business-centers/center${n}`, { body: { name } }),
    async () =>
      app.call('PUT', `/v1/ad-accounts/ad${n}`, { body: { name, bc_id: random.oneOf(['bc1', 'bc2', null]) } }),
    async () =>
      app.call('PUT', `/v1/tiktok-accounts/account${n}`, {
        body: { handle: `@${n}`, display_name: name, ad_authorization: random.oneOf([true, false, null]) },
      }),
    async () => app.call('PUT', `/v1/entities/shelf/s${n}`, { body: { attributes: { name } } }),
    async () => app.call('DELETE', `/v1/entities/shelf/s${n}`),
    async () =>
      bring(app, [
        { type: 'tiktok_account', id: `account${n}`, handle: `@${n}`, display_name: name },
        { type: 'business_center', bc_id: `center${n}`, name },
      ]),
    async () =>
      app.call('POST', '/v1/business-centers/bc1/access-requests', {
        actor: 'user:adm',
        body: { scopes: ['POST'], tiktok_account_id: 'brand' },
      }),
    async () => {
      const [first] = requests;
      if (first)
        await app.call('POST', `/v1/business-centers/bc1/access-requests/${first.id}/cancel`, { actor: 'user:adm' });
    },
  ])();
}

test('the state at the moment of each write can be rebuilt', async () => {
  const random = randomFrom(7);
  const moments: { at: string; state: Record<string, string[]> }[] = [];
  const asked = new Map<Table, string>();
  for (const table of Object.keys(TABLES) as Table[]) asked.set(table, await stateAt(table));
  for (let n = 0; n < 70; n += 1) {
    await write(random);
    const [last] = await sql<{ at: string }>('select max(at)::text as at from relationship_write');
    const state: Record<string, string[]> = {};
    for (const [table, of] of asked) state[table] = await rows(of.split('from')[0] + ` from ${table}`);
    moments.push({ at: last?.at ?? '', state });
  }
  for (const { at, state } of moments) {
    for (const [table, of] of asked)
      expect({ at, table, rows: await rows(of, [at]) }).toEqual({ at, table, rows: state[table] });
  }
  for (const table of asked.keys()) {
    const [past] = await sql<{ count: number }>(`select count(*)::int as count from ${table}_past`);
    expect({ table, some: (past?.count ?? 0) > 1 }).toEqual({ table, some: true });
  }
});

test('a database of the version before migrates: its histories begin then, with what is found', async () => {
  const database = await testDatabase('template0');
  const orm = await openStore({ url: database.url });
  onTestFinished(async () => {
    await orm.close(true);
    await database.drop();
  });
  await orm.migrator.up({ to: 'Migration20261128330000_snapshots' });
  const query = async (text: string): Promise<unknown[]> => orm.em.getConnection().execute(text);
  await query(`insert into business_center (bc_id, name) values ('bc1', 'One'), ('bc2', 'Two')`);
  await query('select pg_sleep(0.01)');
  const [before] = (await query('select clock_timestamp()::text as at')) as { at: string }[];
  await migrate(orm);
  const begun = `select bc_id, since > '${before?.at}' as later from business_center order by bc_id`;
  expect(await query(begun)).toEqual([
    { bc_id: 'bc1', later: true },
    { bc_id: 'bc2', later: true },
  ]);
  await query(`update business_center set name = 'Uno' where bc_id = 'bc1'`);
  const told = `select p.name, p.until = c.since as meets, p.since < p.until as lasted
    from business_center_past p join business_center c using (bc_id)`;
  expect(await query(told)).toEqual([{ name: 'One', meets: true, lasted: true }]);
});
