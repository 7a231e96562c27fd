import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BEFORE_IMPORTS, keyOf } from '../../src/domain/gates.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, grant, put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { sql } from '../support/sql.ts';

// An import that takes long, and finds at its end that others have touched a line of it.

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

test('it brings that line in again, and nothing else', async () => {
  await put(app, '/v1/business-centers/bc1/members/kept', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  const line = { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'kept', scopes: ['POST'] };
  const first = new pg.Client({ connectionString: app.databaseUrl });
  await first.connect();
  await first.query('begin');
  await first.query('select pg_advisory_xact_lock($1)', [keyOf(BEFORE_IMPORTS)]);
  const importing = bring(app, [...ACCOUNTS, line]);
  await expect.poll(async () => sql(app, STANDS), { timeout: 120_000 }).toEqual([{ applied: true }]);
  await grant(app, ['LIVE']);
  await first.end();
  expect((await importing).body).toMatchObject({ imported: { tiktok_account: 100_000, assignment: 1 }, skipped: [] });
  expect(await decision(app, 'kept', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  // What others waited for began after that grant: the assignment alone.
  const began = `select count(*) filter (where e.at < g.valid_from)::int as before,
      count(*) filter (where e.at >= g.valid_from and e.event <> 'relationships.imported')::int as after
    from audit_entry e, account_grant g
    where 'IMPORTED' = any (e.flags) and g.tiktok_account_id = 'brand' and g.bc_id = 'bc1' and g.valid_to is null`;
  expect(await sql(app, began)).toEqual([{ before: 100_001, after: 2 }]);
});
