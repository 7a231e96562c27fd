import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { newKey } from '../support/keys.ts';

// Two nodes on one database. Neither tells the other anything: what the database says of changes has to do.

const ROUNDS = 60;
const CHECK = {
  subject: { type: 'user', id: 'sam' },
  action: { name: 'use_posts' },
  resource: { type: 'tiktok_account', id: 'brand' },
};

let database: TestDatabase;
let one: TestApp;
let other: TestApp;
beforeAll(async () => {
  database = await testDatabase();
  [one, other] = await Promise.all([
    testApp({ DATABASE_URL: database.servingUrl }),
    testApp({ DATABASE_URL: database.servingUrl }),
  ]);
});
afterAll(async () => {
  await Promise.all([one.close(), other.close()]);
  await database.drop();
});

const checkAt = async (app: TestApp, key: string, path = 'evaluation', body: unknown = CHECK): Promise<number> =>
  (await app.call('POST', `/access/v1/${path}`, { key, body })).status;

test.each([
  ['a check', 'evaluation', CHECK],
  ['a batch', 'evaluations', { evaluations: [CHECK, CHECK] }],
])('%s that begins once the revocation of its key was answered by the other node is refused', async (_, path, body) => {
  const statuses: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, key } = await newKey(one, ['check']);
    expect(await checkAt(other, key, path, body)).toBe(200);
    expect((await one.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    statuses.push(await checkAt(other, key, path, body));
  }
  expect(new Set(statuses)).toEqual(new Set([401]));
});

test.each([
  ['', {}],
  [', though it takes what is a while old', { 'Sparkgate-Consistency': 'bounded' }],
])('any other call is refused soon after%s', async (_, headers) => {
  const { id, key } = await newKey(one, ['audit']);
  const read = async (): Promise<number> => (await other.call('GET', '/v1/audit', { key, headers })).status;
  expect(await read()).toBe(200);
  await one.call('DELETE', `/v1/api-keys/${id}`);
  await expect.poll(read, { interval: 60 }).toBe(401);
});

test('a key that gets another secret opens nothing by the old one, once its overlap is over', async () => {
  const { id, key } = await newKey(one, ['check']);
  expect(await checkAt(other, key)).toBe(200);
  const rotated = await one.call('POST', `/v1/api-keys/${id}/rotate`, { body: { overlap: 0 } });
  expect(rotated.status).toBe(200);
  expect([await checkAt(other, key), await checkAt(other, rotated.body.key)]).toEqual([401, 200]);
});
