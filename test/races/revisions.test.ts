import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { grant, put, standardWorld } from '../support/cast.ts';
import { inWords, outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
});
afterAll(async () => app.close());

const SAM = '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam';
const ACTOR = { actor: 'user:adm' };

/** A check that is at least as fresh as this revision. */
const check = async (revision: string | null) =>
  app.call('POST', '/access/v1/evaluation', {
    headers: revision === null ? {} : { 'X-Sparkgate-Revision': revision },
    body: {
      subject: { type: 'user', id: 'sam' },
      action: { name: 'read_profile' },
      resource: { type: 'tiktok_account', id: 'brand' },
    },
  });

const position = (revision: string | null): number => Number(revision?.split('.')[2]);

test('what a write answered is what the very next check sees', async () => {
  for (let round = 0; round < 25; round += 1) {
    const assigned = await app.call('PUT', SAM, { ...ACTOR, body: { scopes: ['POST'] } });
    const allowed = await check(assigned.headers.get('X-Sparkgate-Revision'));
    expect(allowed.body).toMatchObject({ decision: true, context: { via: 'BUSINESS_CENTER' } });
    const taken = await app.call('DELETE', SAM, ACTOR);
    const revision = taken.headers.get('X-Sparkgate-Revision');
    const denied = await check(revision);
    expect(denied.body).toMatchObject({ decision: false, context: { reasons: [{ code: 'NO_ASSIGNMENT' }] } });
    expect(position(denied.body.context.revision)).toBeGreaterThanOrEqual(position(revision));
  }
});

test('with checks running all the time, none after a revocation still says ALLOW', async () => {
  for (let round = 0; round < 10; round += 1) {
    await app.call('PUT', SAM, { ...ACTOR, body: { scopes: ['POST'] } });
    const running = { on: true };
    const background = Array.from({ length: 8 }, async () => {
      while (running.on) await check(null);
    });
    await app.call('DELETE', SAM, ACTOR);
    const after = await Promise.all(Array.from({ length: 20 }, async () => check(null)));
    running.on = false;
    await Promise.all(background);
    expect(after.map(({ body }) => body.decision)).toEqual(Array<boolean>(20).fill(false));
  }
});

test('concurrent writes get revisions of their own, and one order for all with a time that never goes back', async () => {
  const revisions = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => put(app, `/v1/ad-accounts/many${index}`, { name: 'One of many' })),
  );
  expect(new Set(revisions).size).toBe(50);
  expect(inWords(await check(revisions.slice(0, 20).join()))).toBe('200');
  const { body } = await app.call('GET', '/v1/audit?limit=200');
  const trail: { seq: string; sealed_at: string; revision: string }[] = body.items;
  const numbers = [...new Set(trail.map(({ seq }) => Number(seq)))];
  expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1));
  expect(trail.map(({ sealed_at }) => sealed_at)).toEqual(trail.map(({ sealed_at }) => sealed_at).toSorted());
  const told = new Set(trail.map(({ revision }) => revision));
  for (const revision of revisions) expect(told.has(revision.split('.').at(-1) ?? '')).toBe(true);
});

test('an effect never comes before its cause in the trail, whichever write began first', async () => {
  const first = new pg.Client({ connectionString: app.databaseUrl });
  await first.connect();
  try {
    const write = `with written as (insert into relationship_write (id, at) values ($1, clock_timestamp())),
      unsealed as (insert into unsealed_write (id) values ($1))
      insert into audit_entry (write_id, at, actor, event, subject_type, subject_id, flags)
      values ($1, now(), 'test', $2, 'test', 'test', '{}')`;
    await first.query('begin');
    await first.query('select pg_current_xact_id()');
    await sql(app, write, ['00000000-0000-7000-8000-0000000000ff', 'cause']);
    await first.query(write, ['00000000-0000-7000-8000-000000000001', 'effect']);
    const events = async (): Promise<string[]> =>
      (await app.call('GET', '/v1/audit?limit=200')).body.items
        .map(({ event }: { event: string }) => event)
        .filter((event: string) => /^(?:cause|effect)$/.test(event));
    expect(await events()).toEqual(['cause']);
    await first.query('commit');
    expect(await events()).toEqual(['cause', 'effect']);
  } finally {
    await first.end();
  }
});

test('writes are numbered soon, though nobody reads the trail', async () => {
  await put(app, '/v1/ad-accounts/soon', { name: 'Numbered soon' });
  const unsealed = async (): Promise<unknown[]> => sql(app, 'select id from unsealed_write');
  await expect.poll(unsealed, { timeout: 20_000 }).toEqual([]);
});

test('a write that is refused uses up no revision', async () => {
  const revision = async (): Promise<unknown> => sql(app, 'select count(*)::text as value from relationship_write');
  const before = await revision();
  expect(await outcome(app, 'PUT', SAM, { ...ACTOR, body: { scopes: ['LIVE'] } })).toBe(
    '403 forbidden SCOPE_NOT_GRANTED',
  );
  expect(await outcome(app, 'PUT', '/v1/business-centers/none/members/sam', { body: { user_role: 'ADMIN' } })).toBe(
    '404 not_found',
  );
  expect(await revision()).toEqual(before);
});

test('412: a revision that is not reached, of another timeline or of another cluster; 400: what is none', async () => {
  const revision = await put(app, '/v1/business-centers/bc9', { name: 'Nine' });
  const [cluster = '', timeline = '', at = '', write = ''] = revision.split('.');
  const outcomes = {
    [revision]: '200',
    [`${cluster}.${timeline}.${at}`]: '200',
    [`${cluster}.${timeline}.${BigInt(at) + 10_000_000_000n}`]: '412 revision_not_reached',
    // After a promotion a write counts if the database has it.
    [`${cluster}.${Number(timeline) + 1}.1.${write}`]: '200',
    [`${cluster}.${Number(timeline) + 1}.1.${write.replace(/.$/, (it) => (it === '0' ? '1' : '0'))}`]:
      '412 revision_not_reached',
    [`${cluster}.${Number(timeline) + 1}.1`]: '412 revision_not_reached',
    [`1${cluster.slice(1)}.${timeline}.1.${write}`]: '412 revision_not_reached',
    [`${revision}, ${cluster}.${timeline}.1`]: '200',
    [`${revision},${cluster}.${timeline}.${BigInt(at) + 10_000_000_000n}`]: '412 revision_not_reached',
    '-1': '400 invalid_request',
    '7': '400 invalid_request',
    latest: '400 invalid_request',
    [`${revision},`]: '400 invalid_request',
    [Array(21).fill(`${cluster}.${timeline}.1`).join()]: '400 invalid_request',
  };
  for (const [asked, words] of Object.entries(outcomes))
    expect([asked, inWords(await check(asked))]).toEqual([asked, words]);
});
