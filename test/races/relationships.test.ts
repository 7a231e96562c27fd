import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyOf, memberGate } from '../../src/domain/gates.ts';
import { LOCK_MS } from '../../src/store/patience.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, grant, put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { refusedBy, sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const ACCOUNT = '/v1/business-centers/bc1/tiktok-accounts/brand';
const ORPHANS = `
  select a.id from assignment a join account_grant g on g.id = a.grant_id
   where a.valid_to is null and (g.valid_to is not null or not a.scopes <@ g.scopes
      or not exists (select from member m where m.bc_id = a.bc_id and m.user_id = a.user_id and m.valid_to is null))`;
const CURRENT = 'select user_role from member where bc_id = $1 and user_id = $2 and valid_to is null';

test('assign against revoke: nothing stays assigned under a revoked grant', async () => {
  for (let round = 0; round < 30; round += 1) {
    await grant(app, ['POST']);
    const assigning = async () =>
      app.call('PUT', `${ACCOUNT}/members/sam`, { actor: 'user:adm', body: { scopes: ['POST'] } });
    const revoke = async () =>
      app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
    const [first, second] = await Promise.all(round % 2 === 0 ? [assigning(), revoke()] : [revoke(), assigning()]);
    const [assigned, revoked] = round % 2 === 0 ? [first, second] : [second, first];
    expect(revoked.status).toBe(200);
    expect(inWords(assigned)).toMatch(/^(?:200|403 forbidden GRANT_REVOKED)$/);
    expect(revoked.body.assignments_ended).toBe(assigned.status === 200 ? 1 : 0);
    expect(await sql(app, ORPHANS)).toEqual([]);
    expect(await decision(app, 'sam', 'read_profile')).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
  }
});

test('assign against removal: nothing stays assigned to a former member', async () => {
  await grant(app, ['POST']);
  for (let round = 0; round < 30; round += 1) {
    await put(app, '/v1/business-centers/bc1/members/lou', { user_role: 'STANDARD' });
    const [assigned, removed] = await Promise.all([
      app.call('PUT', `${ACCOUNT}/members/lou`, { actor: 'user:adm', body: { scopes: ['POST'] } }),
      app.call('DELETE', '/v1/business-centers/bc1/members/lou'),
    ]);
    expect(removed.status).toBe(204);
    expect(inWords(assigned)).toMatch(/^(?:200|403 forbidden NOT_A_MEMBER)$/);
    expect(await sql(app, ORPHANS)).toEqual([]);
  }
});

test('the owner revokes while an import with that grant is being sent: what counts is when it takes effect', async () => {
  await put(app, '/v1/business-centers/bc1/members/una', { user_role: 'STANDARD' });
  for (const scope of ['POST', 'LIVE']) {
    await grant(app, ['LIVE', 'POST']);
    const grantLine = { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'] };
    const sent = Promise.withResolvers<undefined>();
    const go = Promise.withResolvers<undefined>();
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${JSON.stringify(grantLine)}\n`);
      sent.resolve(undefined);
      await go.promise;
      yield Buffer.from(JSON.stringify({ ...grantLine, type: 'assignment', user_id: 'una', scopes: [scope] }));
    };
    const importing = bring(app, ReadableStream.from<Uint8Array>(body()));
    await sent.promise;
    const revoked = await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
    expect(revoked.status).toBe(200);
    go.resolve(undefined);
    expect((await importing).body).toMatchObject({
      // Nothing was changed.
      revision: expect.stringMatching(/^[0-9a-f]+\.\d+\.\d+$/),
      imported: {},
      skipped: [
        { line: 1, reason: 'ENDED_BY_PERSON' },
        { line: 2, reason: 'GRANT_ENDED_BY_PERSON' },
      ],
    });
    expect(await decision(app, 'una', 'read_profile')).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
  }
});

test('an import and a revocation at once: whichever comes first, the owner has the last word', async () => {
  const lines = [
    { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['POST'] },
    { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'una', scopes: ['POST'] },
  ];
  for (let round = 0; round < 10; round += 1) {
    await grant(app, ['POST']);
    const revoke = async () =>
      app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
    const [imported, revoked] = await Promise.all([bring(app, lines), revoke()]);
    expect([imported.status, revoked.status]).toEqual([200, 200]);
    expect(await sql(app, ORPHANS)).toEqual([]);
    expect(await decision(app, 'una', 'read_profile')).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
  }
});

test('concurrent role changes of one member leave one current role, and a history without gaps', async () => {
  const roles = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'ADMIN' : 'STANDARD'));
  const path = '/v1/business-centers/bc2/members/pat';
  const answers = await Promise.all(roles.map(async (role) => app.call('PUT', path, { body: { user_role: role } })));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(await sql(app, CURRENT, ['bc2', 'pat'])).toHaveLength(1);
  const history = await sql<{ begun: string; ended: string | null }>(
    app,
    `select begun_write as begun, ended_write as ended from member where user_id = 'pat' order by begun_write`,
  );
  expect(history.length).toBeGreaterThan(1);
  expect(history.map(({ ended }) => ended)).toEqual([...history.slice(1).map(({ begun }) => begun), null]);
});

test('the last places for administrators: as many are let in as there are places', async () => {
  const limited = await testApp({ ADMINS_PER_BUSINESS_CENTER: '3' });
  try {
    await put(limited, '/v1/business-centers/bc1', { name: 'Bright Agency' });
    const users = Array.from({ length: 12 }, (_, index) => `user${index}`);
    const answers = await Promise.all(
      users.map(async (user) =>
        limited.call('PUT', `/v1/business-centers/bc1/members/${user}`, { body: { user_role: 'ADMIN' } }),
      ),
    );
    const words = answers.map(inWords).toSorted();
    expect(words).toEqual([...Array<string>(3).fill('200'), ...Array<string>(9).fill('409 limit_reached')]);
    const current = await sql<{ user_id: string }>(limited, `select user_id from member where valid_to is null`);
    const letIn = users.filter((_, index) => answers[index]?.status === 200);
    expect(current.map((row) => row.user_id).toSorted()).toEqual(letIn.toSorted());
  } finally {
    await limited.close();
  }
});

test('two writers beside the service cannot both take the last place: the second waits, and is refused', async () => {
  const limited = await testApp({ ADMINS_PER_BUSINESS_CENTER: '1' });
  await put(limited, '/v1/business-centers/bc1', { name: 'Bright Agency' });
  const first = new pg.Client({ connectionString: limited.databaseUrl });
  await first.connect();
  try {
    const insert = `insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write)
      values ('bc1', $1, 'ADMIN', now(), 'test', uuidv7())`;
    await first.query('begin');
    await first.query(insert, ['left']);
    // As at its commit.
    await first.query('set constraints all immediate');
    const second = refusedBy(limited, insert, ['right']);
    const state = { settled: false };
    void second.finally(() => {
      state.settled = true;
    });
    const WAITING = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect
      .poll(async () => state.settled || (await sql(limited, WAITING)).length > 0, { timeout: 20_000 })
      .toBe(true);
    await first.query('commit');
    expect(await second).toBe('admins_per_business_center');
    expect(await sql(limited, 'select user_id from member')).toEqual([{ user_id: 'left' }]);
  } finally {
    await first.end();
    await limited.close();
  }
});

test('a write that waits for another at a gate goes on, whoever sends it', async () => {
  await grant(app, ['POST']);
  const holder = new pg.Client({ connectionString: app.databaseUrl });
  await holder.connect();
  try {
    for (const [path, actor, body] of [
      [`${ACCOUNT}/members/sam`, 'user:adm', { scopes: ['POST'] }],
      ['/v1/business-centers/bc1/members/adm', undefined, { user_role: 'ADMIN' }],
    ] as const) {
      await holder.query('begin');
      await holder.query('select pg_advisory_xact_lock($1)', [keyOf(memberGate('bc1', 'adm'))]);
      const written = app.call('PUT', path, { ...(actor && { actor }), body });
      // Longer than a statement waits at once.
      await delay(LOCK_MS + 200);
      await holder.query('commit');
      expect((await written).status).toBe(200);
    }
  } finally {
    await holder.end();
  }
});
