import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, standardWorld } from '../support/cast.ts';
import { outcome } from '../support/outcome.ts';

const BC1 = '/v1/business-centers/bc1';
const ADM = { actor: 'user:adm' };

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  for (const account of ['c', 'a', 'e', 'b', 'd']) await grant(app, ['POST'], 'bc1', account);
  await grant(app, ['POST']);
  await grant(app, ['POST'], 'bc2', 'brand', 'ext');
  await assign(app, 'adm', ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => app.close());

test.each<[string, string, string | undefined, (item: Record<string, string>) => unknown, number]>([
  ['granted accounts', `${BC1}/tiktok-accounts`, 'user:adm', (it) => it['tiktok_account_id'], 6],
  ['access requests', `${BC1}/access-requests`, 'user:adm', (it) => it['id'], 6],
  ['assignments', `${BC1}/tiktok-accounts/brand/members`, 'user:adm', (it) => it['user_id'], 2],
  ['grants', '/v1/tiktok-accounts/brand/grants', 'tiktok_account:brand', (it) => it['bc_id'], 2],
  ['the trail', '/v1/audit?bc_id=bc1', undefined, (it) => it['id'], 24],
])('%s, page by page: each item once, in order, whatever the page size', async (_, path, actor, key, count) => {
  const at = async (query: string) =>
    app.call('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, actor === undefined ? {} : { actor });
  const whole = (await at('limit=200')).body.items.map(key);
  expect(whole).toEqual(whole.toSorted());
  expect(whole).toHaveLength(count);
  for (const limit of [1, 2, count]) {
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await at(`limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(body.items.length).toBeGreaterThan(0);
      seen.push(...body.items.map(key));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(whole);
  }
});

test.each([
  ['limit=0', 400],
  ['limit=201', 400],
  ['limit=x', 400],
  ['limit=', 400],
  ['limit=1e1', 400],
  ['limit=0x10', 400],
  ['limit=%2010', 400],
  ['cursor=', 400],
  ['cursor=%21', 400],
  [`cursor=${'A'.repeat(1025)}`, 400],
  ['cursor=AA', 404],
  ['cursor=bm8tdXVpZA', 404],
])('access requests with %s: %i', async (query, status) => {
  const code = status === 400 ? 'invalid_request' : 'not_found';
  expect(await outcome(app, 'GET', `${BC1}/access-requests?${query}`, ADM)).toBe(`${status} ${code}`);
});

test.each(['NlUjNw', 'AA', Buffer.from('["1",null,"x"]').toString('base64url')])(
  'the audit trail has no cursor %s',
  async (cursor) => expect(await outcome(app, 'GET', `/v1/audit?cursor=${cursor}`)).toBe('404 not_found'),
);
