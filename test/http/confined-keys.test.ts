import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, entity, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { inWords, outcome } from '../support/outcome.ts';

// A key that is confined to bc2 neither changes nor learns anything of bc1.

let app: TestApp;
let key: string;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv2', { name: 'Of bc2', bc_id: 'bc2' });
  await grant(app, ['POST']);
  await grant(app, ['LIVE'], 'bc2', 'brand', 'ext');
  await assign(app, 'sam', ['POST']);
  ({ key } = await newKey(app, ['check', 'relationships', 'act-as', 'audit', 'admin'], ['bc2']));
});
afterAll(async () => app.close());

const call = async (method: string, path: string, body?: unknown, actor?: string): Promise<string> =>
  outcome(app, method, path, { key, ...(body !== undefined && { body }), ...(actor !== undefined && { actor }) });

test.each([
  ['PUT', '/v1/business-centers/bc2', { name: 'Other Agency' }],
  ['PUT', '/v1/business-centers/bc2/members/new', { user_role: 'STANDARD' }],
  ['PUT', '/v1/ad-accounts/adv2', { name: 'Renamed', bc_id: 'bc2' }],
  ['PUT', '/v1/ad-accounts/adv2/members/new', { advertiser_role: 'ANALYST' }],
])('its own facts: %s %s', async (method, path, body) => {
  expect(await call(method, path, body)).toBe('200');
});

test.each([
  ['PUT', '/v1/business-centers/bc1', { name: 'Taken over' }],
  ['PUT', '/v1/business-centers/bc3', { name: 'New' }],
  ['PUT', '/v1/business-centers/bc1/members/ext', { user_role: 'ADMIN' }],
  ['DELETE', '/v1/business-centers/bc1/members/sam', undefined],
  ['PUT', '/v1/ad-accounts/adv1', { name: 'Taken over', bc_id: 'bc2' }],
  ['PUT', '/v1/ad-accounts/adv2', { name: 'Given away', bc_id: 'bc1' }],
  ['PUT', '/v1/ad-accounts/adv1/members/new', { advertiser_role: 'ADMIN' }],
  ['DELETE', '/v1/ad-accounts/adv9/members/new', undefined],
  ['PUT', '/v1/tiktok-accounts/brand', { handle: '@mine' }],
  ['PUT', '/v1/tiktok-accounts/brand/links/new', { scopes: ['POST'] }],
  ['POST', '/v1/api-keys', { name: 'wider', permissions: ['admin'] }],
  ['GET', '/v1/audit', undefined],
  ['GET', '/v1/audit?bc_id=bc1', undefined],
])('403 for facts, keys and trails of others: %s %s', async (method, path, body) => {
  expect(await call(method, path, body)).toBe('403 forbidden');
});

test('403: an import, which belongs to no Business Center', async () => {
  const body = JSON.stringify({ type: 'member', bc_id: 'bc2', user_id: 'x', user_role: 'ADMIN' });
  expect(await call('POST', '/v1/relationships/import', body)).toBe('403 forbidden');
});

test('the flow of its own Business Center, and of no other', async () => {
  expect(await call('GET', '/v1/business-centers/bc2/access-requests', undefined, 'user:ext')).toBe('200');
  for (const [method, path, body] of [
    ['GET', 'access-requests'],
    ['POST', 'access-requests', { scopes: ['POST'] }],
    ['GET', 'tiktok-accounts'],
    ['DELETE', 'tiktok-accounts/brand'],
    ['PUT', 'tiktok-accounts/brand/members/adm', { scopes: ['POST'] }],
  ] as const) {
    expect(await call(method, `/v1/business-centers/bc1/${path}`, body, 'user:adm')).toBe('403 forbidden');
  }
});

test('consents and grants: what bc1 asked for or holds is out of sight', async () => {
  const token = await requestToken(app, ['POST', 'LIVE']);
  const owner = 'tiktok_account:brand';
  expect(await call('GET', `/v1/consents/${token}`, undefined, owner)).toBe('404 consent_not_available');
  expect(await call('POST', `/v1/consents/${token}/approve`, undefined, owner)).toBe('404 consent_not_available');
  expect(await call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', undefined, owner)).toBe('403 forbidden');
  const seen = await app.call('GET', '/v1/tiktok-accounts/brand/grants', { key, actor: owner });
  expect(seen.body.items.map((item: { bc_id: string }) => item.bc_id)).toEqual(['bc2']);
});

test('checks: a path through bc1 does not count, and bc1 cannot be named', async () => {
  const check = async (subject: string, action: string, resource: string, properties = {}) =>
    app.call('POST', '/access/v1/evaluation', {
      key,
      body: { subject: entity(subject), action: { name: action, properties }, resource: entity(resource) },
    });
  const brand = 'tiktok_account:brand';
  expect((await check('ext', 'view', brand)).body.decision).toBe(true);
  expect((await check('sam', 'read_profile', brand)).body).toMatchObject({
    decision: false,
    context: { reasons: [{ code: 'NOT_A_MEMBER' }, { code: 'NO_ASSIGNMENT' }, { code: 'UNKNOWN_SUBJECT' }] },
  });
  expect(inWords(await check('sam', 'read_profile', brand, { bc_id: 'bc1' }))).toBe('403 forbidden');
  expect(inWords(await check('adm', 'request_account_access', 'business_center:bc1'))).toBe('403 forbidden');
});

test('in a batch the item outside is refused in its place', async () => {
  const items = ['bc2', 'bc1'].map((bcId) => ({ action: { name: 'view', properties: { bc_id: bcId } } }));
  const { status, body } = await app.call('POST', '/access/v1/evaluations', {
    key,
    body: { subject: entity('ext'), resource: entity('tiktok_account:brand'), evaluations: items },
  });
  expect(status).toBe(200);
  expect(body.evaluations).toMatchObject([
    { decision: true },
    { decision: false, context: { error: { status: 403, code: 'forbidden' } } },
  ]);
});

test('its own trail holds its own steps only', async () => {
  const { status, body } = await app.call('GET', '/v1/audit?bc_id=bc2&limit=200', { key });
  expect(status).toBe(200);
  expect(new Set(body.items.map((item: { bc_id: string }) => item.bc_id))).toEqual(new Set(['bc2']));
});

test('a Business Center may be called as the database writes what is unknown', async () => {
  const ids = ['null', 'NULL', '{a,b}', 'a"b', 'a\\b', 'a b', '{}'];
  for (const id of ids) await put(app, `/v1/business-centers/${encodeURIComponent(id)}`, { name: id });
  const { body } = await app.call('POST', '/v1/api-keys', { body: { name: 'x', permissions: ['check'], bc_ids: ids } });
  expect(body.bc_ids).toEqual(ids.toSorted());
  const asked = await app.call('POST', '/access/v1/evaluations', {
    key: body.key,
    body: {
      subject: entity('sam'),
      action: { name: 'request_account_access' },
      evaluations: ids.map((id) => ({ resource: { type: 'business_center', id } })),
    },
  });
  const errors = asked.body.evaluations.map(({ context }: { context: { error?: unknown } }) => context.error);
  expect(errors).toEqual(ids.map(() => undefined));
});
