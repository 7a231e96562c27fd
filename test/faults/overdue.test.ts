import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, poolQuery, type Orm } from '../../src/store/open.ts';
import { IMPORTING, setPurpose } from '../../src/store/timeouts.ts';
import { watchSessions } from '../../src/store/watchdog.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/service.ts';

// A node that freezes with a write open, or stops reading, holds nobody up.

let database: TestDatabase;
let orm: Orm;
beforeAll(async () => {
  database = await testDatabase();
  orm = await openStore({ url: database.url });
});
afterAll(async () => {
  await orm.close(true);
  await database.drop();
});

test('every connection of the pool has its time-outs, whatever the role says', async () => {
  const query = await poolQuery(orm);
  const rows = await query<{ name: string; setting: string }>(
    `select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by 1`,
    [],
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '1500' },
    { name: 'lock_timeout', setting: '450' },
    { name: 'statement_timeout', setting: '10000' },
  ]);
});

test('a time-out that does not come to be is an error, and no connection is used without it', async () => {
  const stubborn = { query: async () => ({ rows: [{ name: 'statement_timeout', is: '1h' }] }) };
  await expect(setPurpose(stubborn as never, IMPORTING)).rejects.toThrow('statement_timeout is 1h');
});

test('a write that stands idle is ended by the server, and who waits for it goes on', async () => {
  const pool = await orm.em.getConnection().getNativeClient();
  const frozen = await pool.connect();
  const ended = new Promise((resolve) => {
    frozen.once('error', resolve);
  });
  await frozen.query("begin; insert into business_center (bc_id, name) values ('frozen', 'Frozen')");
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  await other.query("insert into business_center (bc_id, name) values ('frozen', 'Not frozen')");
  expect(await ended).toMatchObject({ code: '25P03' });
  await other.end();
  frozen.release(true);
});

test('the watchdog ends an overdue session of the service, and no import', async () => {
  const overdue = async (name: string): Promise<{ client: pg.Client; isOver: () => boolean }> => {
    const client = new pg.Client({ connectionString: database.url, application_name: name });
    const state = { over: false };
    client.on('error', () => {
      state.over = true;
    });
    await client.connect();
    await client.query('begin');
    await client.query('select 1');
    return { client, isOver: () => state.over };
  };
  const [service, importing] = await Promise.all([overdue('sparkgate'), overdue('sparkgate-import')]);
  const query = await poolQuery(orm);
  const counts: number[] = [];
  // As if the time were over.
  const soon = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
    query<Row>(text, [values[0], 0]);
  const watch = watchSessions(soon, (count) => counts.push(count));
  try {
    await until(() => service.isOver() && counts.length > 0);
    expect(counts[0]).toBeGreaterThan(0);
    expect(importing.isOver()).toBe(false);
  } finally {
    watch.close();
    await importing.client.end();
  }
});
