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

test('what a write answered is what the very next check sees', async () => {
  for (let round = 0; round < 25; round += 1) {
    const assigned = await app.call('PUT', SAM, { ...ACTOR, body: { scopes: ['POST'] } });
    const allowed = await check(assigned.headers.get('X-Sparkgate-Revision'));
    expect(allowed.body).toMatchObject({ decision: true, context: { via: 'BUSINESS_CENTER' } });
    const taken = await app.call('DELETE', SAM, ACTOR);
    const revision = taken.headers.get('X-Sparkgate-Revision');
    const denied = await check(revision);
    expect(denied.body).toMatchObject({ decision: false, context: { reasons: [{ code: 'NO_ASSIGNMENT' }] } });
    expect(BigInt(denied.body.context.revision)).toBeGreaterThanOrEqual(BigInt(revision ?? ''));
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

test('concurrent writes get revisions of their own, one after the other, in the order of the audit trail', async () => {
  const [before] = await sql<{ value: string }>(app, 'select value from relationship_revision');
  const revisions = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => put(app, `/v1/ad-accounts/many${index}`, { name: 'One of many' })),
  );
  const first = BigInt(before?.value ?? '') + 1n;
  expect(revisions.map(BigInt).toSorted((a, b) => Number(a - b))).toEqual(
    Array.from({ length: 50 }, (_, index) => first + BigInt(index)),
  );
  const trail = await sql<{ revision: string; at: Date }>(
    app,
    'select revision, at from audit_entry order by revision',
  );
  for (const [index, { at }] of trail.entries()) {
    expect(at.getTime()).toBeGreaterThanOrEqual(trail[index - 1]?.at.getTime() ?? 0);
  }
});

test('a write that is refused uses up no revision', async () => {
  const revision = async (): Promise<unknown> => sql(app, 'select value from relationship_revision');
  const before = await revision();
  expect(await outcome(app, 'PUT', SAM, { ...ACTOR, body: { scopes: ['LIVE'] } })).toBe(
    '403 forbidden SCOPE_NOT_GRANTED',
  );
  expect(await outcome(app, 'PUT', '/v1/business-centers/none/members/sam', { body: { user_role: 'ADMIN' } })).toBe(
    '404 not_found',
  );
  expect(await revision()).toEqual(before);
});

test('412: a revision that is not reached yet; 400: what is none', async () => {
  const { body } = await check(null);
  const next = String(BigInt(body.context.revision) + 1n);
  expect(inWords(await check(next))).toBe('412 revision_not_reached');
  expect(inWords(await check(body.context.revision))).toBe('200');
  for (const wrong of ['-1', 'latest', '1.5', '9'.repeat(20)]) {
    expect(inWords(await check(wrong))).toBe('400 invalid_request');
  }
});
