import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Query } from '../../src/domain/context.ts';
import { loadBackground } from '../../src/facts/background.ts';
import { CHANGES_STATEMENT, momentOf, type LoadedRow, type Moment } from '../../src/facts/changes.ts';
import { loadFacts } from '../../src/facts/loader.ts';
import { CLUSTER } from '../../src/store/open.ts';
import { randomFrom } from '../history/random.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

// What readers learn of writes that others make, whoever they are.

let database: TestDatabase;
let writer: pg.Client;
let reader: pg.Client;
const clients: pg.Client[] = [];

beforeAll(async () => {
  database = await testDatabase();
  writer = await connected();
  reader = await connected();
  await reader.query(CLUSTER);
  for (const { before } of Object.values(CHANGES)) await writer.query(before);
});
afterAll(async () => {
  await Promise.all(clients.map(async (client) => client.end()));
  await database.drop();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  return client;
}

interface Look extends Moment {
  keys: string[];
}

async function look(since: string | null, statement = CHANGES_STATEMENT): Promise<Look> {
  const { rows } = await reader.query<LoadedRow>(statement, [since]);
  const { moment, keys } = momentOf(rows);
  return { ...moment, keys: keys.toSorted() };
}

const ID = '00000000-0000-7000-8000-000000000001';
const OPENED = `now(), 'test', uuidv7()`;
const CLOSE = `valid_to = now(), ended_by = 'test', ended_write = uuidv7()`;

/** Writes of each table by the keys that they tell of; `before` is what these need. */
const CHANGES: Record<string, { before: string; tells: string; writes: string[] }> = {
  business_center: {
    before: `insert into business_center values ('bc1', 'One')`,
    tells: 'business_center:bc2',
    writes: [
      `insert into business_center values ('bc2', 'Two')`,
      `update business_center set name = 'Second' where bc_id = 'bc2'`,
      `delete from business_center where bc_id = 'bc2'`,
    ],
  },
  tiktok_account: {
    before: `insert into tiktok_account (id) values ('brand')`,
    tells: 'tiktok_account:other',
    writes: [
      `insert into tiktok_account (id) values ('other')`,
      `update tiktok_account set ad_authorization = true where id = 'other'`,
      `delete from tiktok_account where id = 'other'`,
    ],
  },
  ad_account: {
    before: `insert into ad_account (advertiser_id, name) values ('adv1', 'Spring')`,
    tells: 'ad_account:adv2',
    writes: [
      `insert into ad_account (advertiser_id, name) values ('adv2', 'Autumn')`,
      `update ad_account set name = 'Fall' where advertiser_id = 'adv2'`,
      `delete from ad_account where advertiser_id = 'adv2'`,
    ],
  },
  entity: {
    before: '',
    tells: 'shelf:s1',
    writes: [
      `insert into entity values ('shelf', 's1', '{}')`,
      `update entity set attributes = '{"a": 1}'`,
      'delete from entity',
    ],
  },
  member: {
    before: `insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write) values ('bc1', 'sam', 'STANDARD', ${OPENED})`,
    tells: 'user:lou',
    writes: [
      `insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write) values ('bc1', 'lou', 'STANDARD', ${OPENED})`,
      `update member set ${CLOSE} where user_id = 'lou'`,
    ],
  },
  resource_freeze: {
    before: `insert into resource_freeze (id, kind, resource_id, authority, reason, valid_from, begun_by, begun_write)
      values ('${ID}', 'tiktok_account', 'brand', 'OWNER', 'test', ${OPENED})`,
    tells: 'tiktok_account:brand',
    writes: [
      `insert into resource_freeze (kind, resource_id, authority, reason, valid_from, begun_by, begun_write)
        values ('tiktok_account', 'brand', 'SERVICE', 'test', ${OPENED})`,
      `update resource_freeze set ${CLOSE}`,
    ],
  },
  ad_account_member: {
    before: '',
    tells: 'user:lou',
    writes: [
      `insert into ad_account_member (advertiser_id, user_id, advertiser_role, valid_from, begun_by, begun_write) values ('adv1', 'lou', 'ADMIN', ${OPENED})`,
      `update ad_account_member set ${CLOSE}`,
    ],
  },
  account_link: {
    before: '',
    tells: 'user:lou',
    writes: [
      `insert into account_link (tiktok_account_id, user_id, scopes, valid_from, begun_by, begun_write) values ('brand', 'lou', '{POST}', ${OPENED})`,
      `update account_link set ${CLOSE}`,
    ],
  },
  access_request: {
    before: '',
    tells: `access_request:${ID}`,
    writes: [
      `insert into access_request (id, bc_id, scopes, requested_by, token_hash, code, created_at, expires_at, last_write)
        values ('${ID}', 'bc1', '{POST}', 'sam', decode(repeat('ab', 32), 'hex'), 'ABC-DEF', now(), now(), uuidv7())`,
      `update access_request set status = 'CANCELLED', closed_at = now()`,
      'delete from access_request',
    ],
  },
  account_grant: {
    before: '',
    tells: 'tiktok_account:brand',
    writes: [
      `insert into account_grant (id, bc_id, tiktok_account_id, scopes, valid_from, begun_by, begun_write) values ('${ID}', 'bc1', 'brand', '{POST}', ${OPENED})`,
    ],
  },
  assignment: {
    before: '',
    tells: 'user:sam',
    writes: [
      `insert into assignment (grant_id, bc_id, tiktok_account_id, user_id, scopes, valid_from, begun_by, begun_write)
        values ('${ID}', 'bc1', 'brand', 'sam', '{POST}', ${OPENED})`,
      `update assignment set ${CLOSE}`,
    ],
  },
};

test('every table that facts are read from tells of its changes', async () => {
  const read = new Set<string>();
  const explained: Query = async (text, values) => {
    const { rows } = await writer.query<{ 'QUERY PLAN': string }>(`explain (verbose) ${text}`, values);
    for (const { 'QUERY PLAN': line } of rows) {
      const [, table] = / on public\.(\w+)/.exec(line) ?? [];
      if (table !== undefined) read.add(table);
    }
    return [{ n: 0, slice: 'moment', a: '{}' }] as never;
  };
  const of = { subjectType: 'user', subjectId: 'sam', within: null };
  await writer.query(CLUSTER);
  await loadFacts(explained, [{ ...of, kind: 'tiktok_account', resourceId: 'brand', properties: {} }]);
  await loadBackground(explained, [{ ...of, accountId: 'brand', bcId: null }]);
  expect(read.size).toBeGreaterThan(8);
  const readers = ['relationship_change', 'change_mark'];
  expect([...Object.keys(CHANGES), ...readers]).toEqual(expect.arrayContaining([...read]));
});

const WRITES = Object.values(CHANGES).flatMap(({ tells, writes }) => writes.map((write) => [write, tells] as const));

test.each(WRITES)('%s', async (write, tells) => {
  const { snapshot } = await look(null);
  await writer.query(write);
  const after = await look(snapshot);
  expect(after).toMatchObject({ keys: [tells], lost: false });
  expect((await look(after.snapshot)).keys).toEqual([]);
});

test('a write of more keys than readers care to hear of says that anything may have changed', async () => {
  const many = async (count: number): Promise<string[]> => {
    const { snapshot } = await look(null);
    await writer.query(
      `insert into tiktok_account (id) select 'm' || $1 || '-' || n from generate_series(1, $1::int) n`,
      [count],
    );
    return (await look(snapshot)).keys;
  };
  expect(await many(10_000)).not.toContain('*');
  expect(await many(10_001)).toContain('*');
});

test('a plan that was made while there was little to read finds changes by the index', async () => {
  const client = await connected();
  await client.query(`${CLUSTER}; set plan_cache_mode = force_generic_plan`);
  await client.query(`prepare look (pg_snapshot) as ${CHANGES_STATEMENT}`);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute look ('1:1:')`);
  const scans = rows.map((row) => row['QUERY PLAN']).filter((line) => line.includes('on relationship_change'));
  expect(scans.length).toBeGreaterThan(1);
  expect(scans.filter((line) => line.includes('Seq Scan'))).toEqual([]);
});

describe('trimming', () => {
  const age = `update change_mark set due_since = due_since - interval '1 hour'`;
  const trim = async (): Promise<void> => {
    await writer.query(age);
    await writer.query('select trim_changes()');
  };

  /** Transactions of other databases may be under way, and with them everything may be that is no older. */
  async function trimmedPast(snapshot: string): Promise<Look> {
    for (;;) {
      await trim();
      const now = await look(snapshot);
      if (now.lost) return now;
    }
  }

  test('what stood for a minute goes, and who has not read it learns that', async () => {
    const before = await look(null);
    await writer.query(`update business_center set name = 'Uno'`);
    await writer.query('select trim_changes()');
    expect(await look(before.snapshot)).toMatchObject({ keys: ['business_center:bc1'], lost: false });
    const after = await trimmedPast(before.snapshot);
    expect(after.keys).toEqual([]);
    expect(await look(after.snapshot)).toMatchObject({ keys: [], lost: false });
  });

  test('what a transaction has not committed yet stays, however long that takes', async () => {
    const long = await connected();
    await long.query('begin');
    await long.query(`update business_center set name = 'Eins'`);
    const { snapshot } = await look(null);
    await writer.query(`insert into tiktok_account (id) values ('quick')`);
    await trim();
    await trim();
    const meanwhile = await look(snapshot);
    await long.query('commit');
    const after = await look(meanwhile.snapshot);
    expect([meanwhile.lost, after.lost, after.keys]).toEqual([false, false, ['business_center:bc1']]);
  });

  test('numbers of another cluster go, and a mark that a crash has emptied is another life', async () => {
    const before = await look(null);
    await writer.query(`insert into relationship_change (xid, key) values ('9000000000000', 'foreign')`);
    await writer.query('truncate change_mark');
    expect(await look(before.snapshot)).toMatchObject({ keys: [], lost: true });
    await trim();
    await trim();
    expect((await look(before.snapshot)).life).not.toBe(before.life);
    expect((await writer.query(`select from relationship_change where key = 'foreign'`)).rowCount).toBe(0);
  });
});

/** Writers with long transactions, savepoints and rollbacks, beside a reader. @returns keys of committed writes unseen */
async function missedBy(statement: string, seed: number): Promise<string[]> {
  const random = randomFrom(seed);
  const committed: string[] = [];
  let writing = true;
  const seen = new Set<string>();
  const read = async (): Promise<void> => {
    let { snapshot } = await look(null);
    for (let last = false; !last;) {
      last = !writing;
      const now = await look(snapshot, statement);
      for (const key of now.keys) seen.add(key);
      snapshot = now.snapshot;
    }
  };
  const write = async (name: string): Promise<void> => {
    const client = await connected();
    for (let n = 0; n < 60; n += 1) {
      const keys = [`${name}-${n}-a`, `${name}-${n}-b`];
      await client.query('begin');
      await client.query(`insert into tiktok_account (id) values ($1)`, [keys[0]]);
      if (random.onceIn(3)) await client.query('savepoint s');
      if (random.onceIn(3)) await client.query('select pg_sleep($1)', [random.below(10) / 1000]);
      await client.query(`insert into tiktok_account (id) values ($1)`, [keys[1]]);
      const keeps = !random.onceIn(4);
      await client.query(keeps ? 'commit' : 'rollback');
      if (keeps) committed.push(...keys.map((key) => `tiktok_account:${key}`));
    }
  };
  const reading = read();
  await Promise.all(['u', 'v', 'w', 'x', 'y', 'z'].map(async (name) => write(`${name}${seed}`)));
  writing = false;
  await reading;
  return committed.filter((key) => !seen.has(key));
}

test('a reader misses nothing that was committed, whatever transactions overlap', async () => {
  expect(await missedBy(CHANGES_STATEMENT, 1)).toEqual([]);
});

test('without those that were under way at the moment before it misses some', async () => {
  const [first = ''] = CHANGES_STATEMENT.split('union');
  const missed = await missedBy(`${first}) k) as scopes`, 2);
  expect(missed.length).toBeGreaterThan(0);
});
