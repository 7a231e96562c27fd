import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { newKey } from '../support/keys.ts';
import { outcome } from '../support/outcome.ts';
import { refusedBy, sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => app.close());

const SOON = new Date(Date.now() + 3_600_000).toISOString();
const create = async (body: object) =>
  app.call('POST', '/v1/api-keys', { body: { name: 'x', permissions: ['check'], ...body } });
const ask = async (key: string): Promise<string> =>
  outcome(app, 'POST', '/access/v1/search/action', {
    key,
    body: { subject: { type: 'user', id: 'u' }, resource: { type: 'business_center', id: 'b' } },
  });
const found = async (id: string) => {
  const { body } = await app.call('GET', '/v1/api-keys?limit=200');
  return body.items.find((item: { id: string }) => item.id === id);
};
/** Moves a time of a key so that it has just passed. */
const pass = async (id: string, column: 'expires_at' | 'previous_secret_until'): Promise<void> => {
  await sql(app, `update api_key set ${column} = clock_timestamp() where id = $1`, [id]);
  app.runtime.services.keyRing.forget();
};

describe('a key that expires', () => {
  test('counts until then, and is shown with its end', async () => {
    const { body } = await create({ expires_at: SOON });
    expect(body.expires_at).toBe(SOON);
    expect(await ask(body.key)).toBe('200');
    await pass(body.id, 'expires_at');
    expect(await ask(body.key)).toBe('401 unauthenticated');
  });

  test('is not remembered beyond its end', async () => {
    const { body } = await create({ expires_at: SOON });
    await sql(app, "update api_key set expires_at = clock_timestamp() + interval '300 ms' where id = $1", [body.id]);
    expect(await ask(body.key)).toBe('200');
    await expect.poll(async () => ask(body.key), { timeout: 3000 }).toBe('401 unauthenticated');
  });

  test.each([
    ['2020-01-01T00:00:00Z', 422],
    ['0000-01-01T00:00:00+14:00', 422],
    ['9999-12-31T23:59:59Z', 201],
    ['9999-12-31T23:59:59-14:00', 422],
    ['tomorrow', 400],
    ['2027-01-31', 400],
    [1_900_000_000, 400],
  ])('%j: %i', async (time, status) => {
    expect((await create({ expires_at: time })).status).toBe(status);
  });
});

describe('rotation', () => {
  test.each([
    ['both secrets count for a while', {}, '200', '200'],
    ['at once, without an overlap', { overlap: 0 }, '401 unauthenticated', '200'],
  ])('%s', async (_, body, before, after) => {
    const { id, key } = await newKey(app, ['check']);
    expect(await ask(key)).toBe('200');
    const rotated = await app.call('POST', `/v1/api-keys/${id}/rotate`, { body });
    expect(rotated.headers.get('Cache-Control')).toBe('no-store');
    expect(rotated.body).toMatchObject({ id, permissions: ['check'] });
    expect([await ask(key), await ask(rotated.body.key)]).toEqual([before, after]);
  });

  test('the secret of before ends with the overlap, and with the next rotation', async () => {
    const { id, key } = await newKey(app, ['check']);
    const second = await app.call('POST', `/v1/api-keys/${id}/rotate`, { body: { overlap: 3600 } });
    await pass(id, 'previous_secret_until');
    expect([await ask(key), await ask(second.body.key)]).toEqual(['401 unauthenticated', '200']);
    const third = await app.call('POST', `/v1/api-keys/${id}/rotate`, { body: {} });
    const fourth = await app.call('POST', `/v1/api-keys/${id}/rotate`, { body: {} });
    const keys = [second, third, fourth].map(({ body }) => body.key);
    expect(await Promise.all(keys.map(ask))).toEqual(['401 unauthenticated', '200', '200']);
  });

  test.each([
    ['revoked', 'revoked_at'],
    ['expired', 'expires_at'],
  ])('a key that is %s gets no new secret', async (_, column) => {
    const { id } = await newKey(app, ['check']);
    await sql(app, `update api_key set ${column} = clock_timestamp() where id = $1`, [id]);
    expect(await outcome(app, 'POST', `/v1/api-keys/${id}/rotate`, { body: {} })).toBe('409 conflict');
  });

  test.each([{ overlap: -1 }, { overlap: 2_592_001 }, { overlap: '60' }, { overlaps: 60 }])('400: %j', async (body) => {
    const { id } = await newKey(app, ['check']);
    expect(await outcome(app, 'POST', `/v1/api-keys/${id}/rotate`, { body })).toBe('400 invalid_request');
  });
});

test('a key tells the day of its last use, and only a call that it opens is one', async () => {
  const { id, key } = await newKey(app, ['check']);
  expect(await ask(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBe('401 unauthenticated');
  expect((await found(id)).last_used_on).toBeNull();
  expect(await ask(key)).toBe('200');
  await expect.poll(async () => (await found(id)).last_used_on).toBe(new Date().toISOString().slice(0, 10));
  await sql(app, "update api_key set last_used_on = '2020-02-29' where id = $1", [id]);
  app.runtime.services.keyRing.forget();
  expect(await ask(key)).toBe('200');
  await expect.poll(async () => (await found(id)).last_used_on).toBe(new Date().toISOString().slice(0, 10));
});

describe('the last way in', () => {
  beforeEach(async () => {
    await sql(
      app,
      'alter table api_key disable trigger api_key_way_in; delete from api_key; alter table api_key enable trigger api_key_way_in',
    );
    app.runtime.services.keyRing.forget();
  });
  const revoke = async (id: string, key?: string): Promise<string> =>
    outcome(app, 'DELETE', `/v1/api-keys/${id}`, key === undefined ? {} : { key });

  test.each([
    ['nothing', null],
    ['one that expires', { permissions: ['admin'], expires_at: SOON }],
    ['a confined one', { permissions: ['admin'], bc_ids: ['bc1'] }],
    ['one for other things', { permissions: ['act-as', 'audit', 'check', 'relationships'] }],
  ])('stays where there is %s beside it', async (_, other) => {
    const { id, key } = await newKey(app, ['admin']);
    if (other) await create(other);
    expect([await revoke(id), await revoke(id, key)]).toEqual(['409 conflict', '409 conflict']);
    expect(await refusedBy(app, 'update api_key set revoked_at = clock_timestamp() where id = $1', [id])).toBe(
      'api_key_way_in',
    );
    expect(await refusedBy(app, 'delete from api_key where id = $1', [id])).toBe('api_key_way_in');
    expect(await ask(key)).toBe('200');
  });

  test('goes once there is another, and of two at once one stays', async () => {
    const made = [await newKey(app, ['admin']), await newKey(app, ['admin', 'check'])];
    const answers = await Promise.all(made.map(async ({ id }) => revoke(id)));
    expect(answers.toSorted()).toEqual(['204', '409 conflict']);
    const straight = await newKey(app, ['admin']);
    const left = made[answers.indexOf('409 conflict')]?.id;
    const closing = [left, straight.id].map(async (id) =>
      refusedBy(app, 'update api_key set revoked_at = clock_timestamp() where id = $1', [id]).catch(() => 'deadlock'),
    );
    expect((await Promise.all(closing)).filter((it) => it === 'accepted')).toHaveLength(1);
  });
});
