import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BEFORE_IMPORTS, keyOf } from '../../src/domain/gates.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, grant, put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { sql } from '../support/sql.ts';

// An import that takes long, and finds at its end that it has to be made anew.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const ACCOUNTS = Array.from({ length: 100_000 }, (_, n) => ({
  type: 'tiktok_account',
  id: `many-${n}`,
  handle: `@${n}`,
}));

/** Whether the import has applied its lines, and waits at its end. */
const STANDS = `select exists (select from pg_locks r where r.pid = l.pid and r.relation = 'tiktok_account'::regclass
    and r.mode = 'RowExclusiveLock') as applied
  from pg_locks l where l.locktype = 'advisory' and not l.granted and l.mode = 'ExclusiveLock'`;

test('it is made anew beside the writes of others', async () => {
  await put(app, '/v1/business-centers/bc1/members/kept', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  const line = { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'kept', scopes: ['POST'] };
  const hold = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [keyOf(BEFORE_IMPORTS)]);
    return client;
  };
  const stands = async (): Promise<void> =>
    expect.poll(async () => sql(app, STANDS), { timeout: 120_000 }).toEqual([{ applied: true }]);
  const first = await hold();
  const importing = bring(app, [...ACCOUNTS, line]);
  await stands();
  await grant(app, ['LIVE']);
  const second = hold();
  await first.end();
  await second;
  await stands();
  await (await second).end();
  expect((await importing).body).toMatchObject({ imported: { tiktok_account: 100_000, assignment: 1 }, skipped: [] });
  expect(await decision(app, 'kept', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});
