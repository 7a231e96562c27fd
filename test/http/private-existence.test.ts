import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { inWords, withoutRequestId } from '../support/outcome.ts';

// What the caller may not see answers as what does not exist, to the letter.

let app: TestApp;
let requestId: string;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await put(app, '/v1/business-centers/bc1/members/former', { user_role: 'ADMIN' });
  await app.call('DELETE', '/v1/business-centers/bc1/members/former');
  const created = await app.call('POST', `${BC1}/access-requests`, { actor: 'user:adm', body: { scopes: ['POST'] } });
  requestId = created.body.id;
});
afterAll(async () => app.close());

const BC1 = '/v1/business-centers/bc1';
const NOBODY = '01900000-0000-7000-8000-000000000000';
const scopes = { scopes: ['POST'] };

/** The same call about what is there and about what is not. */
async function both(actor: string, method: string, path: string, there: string, not: string, body?: unknown) {
  const ask = async (id: string): Promise<Answer> =>
    app.call(method, path.replace('{}', id), { actor, ...(body !== undefined && { body }) });
  return [await ask(there), await ask(not)] as const;
}

test.each([
  ['user:ext', 'GET', '/v1/business-centers/{}/access-requests', undefined],
  ['user:former', 'GET', '/v1/business-centers/{}/access-requests', undefined],
  ['tiktok_account:other', 'GET', '/v1/business-centers/{}/access-requests', undefined],
  ['user:ext', 'POST', '/v1/business-centers/{}/access-requests', scopes],
  ['user:ext', 'DELETE', '/v1/business-centers/{}/tiktok-accounts/brand', undefined],
  ['user:ext', 'GET', '/v1/business-centers/{}/tiktok-accounts/brand/members', undefined],
  ['user:ext', 'PUT', '/v1/business-centers/{}/tiktok-accounts/brand/members/sam', scopes],
  ['user:ext', 'DELETE', '/v1/business-centers/{}/tiktok-accounts/brand/members/sam', undefined],
])('404: bc1 for %s: %s %s', async (actor, method, path, body) => {
  const [there, not] = await both(actor, method, path, 'bc1', 'nowhere', body);
  expect(inWords(there)).toBe('404 not_found');
  expect(withoutRequestId(there)).toEqual(withoutRequestId(not));
});

test.each([
  ['tiktok_account:other', 'GET', '/v1/tiktok-accounts/{}/grants'],
  ['tiktok_account:other', 'DELETE', '/v1/tiktok-accounts/{}/grants/bc1'],
  ['user:ext', 'GET', '/v1/tiktok-accounts/{}/grants'],
  ['user:ext', 'DELETE', '/v1/tiktok-accounts/{}/grants/bc1'],
])('404: @brand for %s: %s %s', async (actor, method, path) => {
  const [there, not] = await both(actor, method, path, 'brand', 'nobody');
  expect(inWords(there)).toBe('404 not_found');
  expect(withoutRequestId(there)).toEqual(withoutRequestId(not));
});

test.each([
  ['user:ext', ''],
  ['user:ext', '/qr.svg'],
  ['tiktok_account:other', ''],
  ['tiktok_account:other', '/qr.svg'],
  ['tiktok_account:other', '/qr.png'],
])("404: bc1's request for %s: GET …/{id}%s", async (actor, rest) => {
  const [there, not] = await both(actor, 'GET', `${BC1}/access-requests/{}${rest}`, requestId, NOBODY);
  expect(inWords(there)).toBe('404 not_found');
  expect(withoutRequestId(there)).toEqual(withoutRequestId(not));
});

test.each(['user:ext', 'tiktok_account:other'])('404: cancelling by %s', async (actor) => {
  const answer = await app.call('POST', `${BC1}/access-requests/${requestId}/cancel`, { actor });
  expect(inWords(answer)).toBe('404 not_found');
});

test("404: a request is found in its own Business Center only, by that one's administrators", async () => {
  const path = (bc: string): string => `/v1/business-centers/${bc}/access-requests/${requestId}`;
  expect(inWords(await app.call('GET', path('bc1'), { actor: 'user:adm' }))).toBe('200');
  expect(inWords(await app.call('GET', path('bc2'), { actor: 'user:ext' }))).toBe('404 not_found');
});

test('a member is told what they lack of what they may see', async () => {
  const asks = async (method: string, path: string, body?: unknown): Promise<string> =>
    inWords(await app.call(method, path, { actor: 'user:sam', ...(body !== undefined && { body }) }));
  expect(await asks('GET', `${BC1}/access-requests/${requestId}`)).toBe('403 forbidden NOT_AN_ADMIN');
  expect(await asks('GET', `${BC1}/access-requests/${NOBODY}`)).toBe('403 forbidden NOT_AN_ADMIN');
  expect(await asks('DELETE', `${BC1}/tiktok-accounts/brand`)).toBe('404 not_found');
  await assign(app, 'sam', ['POST']);
  expect(await asks('DELETE', `${BC1}/tiktok-accounts/brand`)).toBe('403 forbidden NOT_AN_ADMIN');
  expect(await asks('GET', '/v1/tiktok-accounts/brand/grants')).toBe('403 forbidden NOT_THE_OWNER');
  await app.call('DELETE', `${BC1}/tiktok-accounts/brand/members/sam`, { actor: 'user:adm' });
});

test('a list of what one may not see is empty, of an unknown Business Center as well', async () => {
  for (const [actor, bc] of [
    ['user:ext', 'bc1'],
    ['user:sam', 'bc1'],
    ['user:adm', 'nowhere'],
  ] as const) {
    const answer = await app.call('GET', `/v1/business-centers/${bc}/tiktok-accounts`, { actor });
    expect(answer).toMatchObject({ status: 200, body: { items: [], next_cursor: null } });
  }
});
