import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type CallOptions, type TestApp } from '../support/app.ts';
import { assign, decision, entity, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { newKey } from '../support/keys.ts';
import { endpointsOf } from '../support/openapi-samples.ts';

// Who may call what: every endpoint of the document, and every sort of caller. A new endpoint needs a row.

const AUDIENCE = 'https://api.sparkgate.test';
let issuers: Record<'user' | 'tiktok_account', TestIssuer>;
let app: TestApp;
let callers: Record<string, CallOptions>;
beforeAll(async () => {
  const redirectUris = ['http://127.0.0.1:9/cb'];
  issuers = { user: await startIssuer({ redirectUris }), tiktok_account: await startIssuer({ redirectUris }) };
  app = await testApp({
    OIDC_ISSUER: issuers.user.url,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_AUDIENCE: AUDIENCE,
    TIKTOK_OIDC_ISSUER: issuers.tiktok_account.url,
    TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
    TIKTOK_OIDC_AUDIENCE: AUDIENCE,
  });
  await standardWorld(app);
  await grant(app, ['LIVE', 'POST']);
  await put(app, '/v1/ad-accounts/adv1/members/una', { advertiser_role: 'ANALYST' });
  await put(app, '/v1/tiktok-accounts/brand/links/una', { scopes: ['POST'] });
  await put(app, '/v1/entities/user/una', { attributes: {} });
  await put(app, '/v1/users/sam', { display_name: 'Sam' });
  const key = async (permissions: string[], bcIds?: string[]) => ({ key: (await newKey(app, permissions, bcIds)).key });
  const everyday = ['act-as', 'audit', 'check', 'relationships'];
  const exp = Math.floor(Date.now() / 1000) + 3000;
  const token = async (type: 'user' | 'tiktok_account', sub: string) => ({
    key: await issuers[type].token({ sub, aud: AUDIENCE, exp }),
  });
  const actAs = await key(['act-as']);
  callers = {
    admin: {},
    check: await key(['check']),
    relationships: await key(['relationships']),
    audit: await key(['audit']),
    'act-as, for adm': { ...actAs, actor: 'user:adm' },
    'act-as, for sam': { ...actAs, actor: 'user:sam' },
    'act-as, for @brand': { ...actAs, actor: 'tiktok_account:brand' },
    'of bc1': await key(everyday, ['bc1']),
    'of bc1, for adm': { ...(await key(everyday, ['bc1'])), actor: 'user:adm' },
    'of bc2, for adm': { ...(await key(everyday, ['bc2'])), actor: 'user:adm' },
    adm: await token('user', 'adm'),
    sam: await token('user', 'sam'),
    '@brand': await token('tiktok_account', 'brand'),
    nobody: { key: null },
  };
});
afterAll(async () => {
  await app.close();
  await Promise.all(Object.values(issuers).map(async (it) => it.close()));
});

/** What a call is made to, fresh for each. */
type Target = () => Promise<Record<string, string>>;
const nothing: Target = async () => ({});

/** bc1 holds @brand, which is assigned to lea. */
const held: Target = async () => {
  if ((await decision(app, 'lea', 'read_profile')).startsWith('ALLOW')) return {};
  await app.call('PUT', '/v1/business-centers/bc1/members/lea', { body: { user_role: 'STANDARD' } });
  await grant(app, ['LIVE', 'POST']).catch(() => undefined);
  await assign(app, 'lea', ['POST']);
  return {};
};
const pending: Target = async () => {
  const body = { scopes: ['POST'] };
  const made = await app.call('POST', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm', body });
  return { id: made.body.id };
};
const consent: Target = async () => ({ token: await requestToken(app, ['LIVE']) });
const FROZEN = '/v1/freezes/ad_account/adv1';
const frozen: Target = async () => {
  await app.call('PUT', FROZEN, { body: { reason: 'An incident' } });
  return {};
};
const thawed: Target = async () => {
  await app.call('DELETE', FROZEN);
  return {};
};
const spareKey: Target = async () => ({ id: (await newKey(app, ['check'])).id });

const SUBJECT = entity('sam');
const ASK = {
  subject: SUBJECT,
  action: { name: 'view', properties: { bc_id: 'bc1' } },
  resource: entity('tiktok_account:brand'),
};
const LINE = '{"type":"member","bc_id":"bc1","user_id":"sam","user_role":"STANDARD"}';
const REQUESTS = '/v1/business-centers/bc1/access-requests';
const BRAND = '/v1/business-centers/bc1/tiktok-accounts/brand';

interface Row {
  path: string;
  body?: unknown;
  target?: Target;
}

/** Statuses in the order of the callers above: keys by permission, keys for somebody, confined keys, people by token. */
const ROWS: Record<string, [Row, string]> = {
  // admin check relationships audit | for adm, sam, @brand | of bc1, of bc1 for adm, of bc2 for adm | adm sam @brand | nobody
  'GET /healthz': [{ path: '/healthz' }, '200 200 200 200 200 200 200 200 200 200 200 200 200 200'],
  'GET /readyz': [{ path: '/readyz' }, '200 200 200 200 200 200 200 200 200 200 200 200 200 200'],
  'GET /.well-known/authzen-configuration': [
    { path: '/.well-known/authzen-configuration' },
    '200 200 200 200 200 200 200 200 200 200 200 200 200 200',
  ],
  'POST /access/v1/evaluation': [
    { path: '/access/v1/evaluation', body: ASK },
    '200 200 403 403 403 403 403 200 200 403 403 200 403 401',
  ],
  'POST /access/v1/evaluations': [
    { path: '/access/v1/evaluations', body: { evaluations: [ASK] } },
    '200 200 200 200 200 200 200 200 200 200 200 200 200 401',
  ],
  'POST /access/v1/search/subject': [
    { path: '/access/v1/search/subject', body: { ...ASK, subject: { type: 'user' } } },
    '200 200 403 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'POST /access/v1/search/resource': [
    { path: '/access/v1/search/resource', body: ASK },
    '200 200 403 403 403 403 403 200 200 403 403 200 403 401',
  ],
  'POST /access/v1/search/action': [
    { path: '/access/v1/search/action', body: ASK },
    '200 200 403 403 403 403 403 200 200 403 403 200 403 401',
  ],
  'GET /v1/business-centers': [
    { path: '/v1/business-centers' },
    '200 403 200 200 403 403 403 200 200 200 403 403 403 401',
  ],
  'GET /v1/business-centers/{bc_id}': [
    { path: '/v1/business-centers/bc1' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/business-centers/{bc_id}/members': [
    { path: '/v1/business-centers/bc1/members' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/business-centers/{bc_id}/members/{user_id}': [
    { path: '/v1/business-centers/bc1/members/adm' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/ad-accounts': [{ path: '/v1/ad-accounts' }, '200 403 200 200 403 403 403 200 200 200 403 403 403 401'],
  'GET /v1/ad-accounts/{advertiser_id}': [
    { path: '/v1/ad-accounts/adv1' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/ad-accounts/{advertiser_id}/members': [
    { path: '/v1/ad-accounts/adv1/members' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/ad-accounts/{advertiser_id}/members/{user_id}': [
    { path: '/v1/ad-accounts/adv1/members/una' },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/users': [{ path: '/v1/users' }, '200 403 200 200 403 403 403 200 200 200 403 403 403 401'],
  'GET /v1/users/{id}': [{ path: '/v1/users/sam' }, '200 403 200 200 403 403 403 200 200 404 403 403 403 401'],
  'GET /v1/tiktok-accounts': [
    { path: '/v1/tiktok-accounts' },
    '200 403 200 200 403 403 403 200 200 200 403 403 403 401',
  ],
  'GET /v1/tiktok-accounts/{id}': [
    { path: '/v1/tiktok-accounts/brand', target: held },
    '200 403 200 200 403 403 403 200 200 404 403 403 403 401',
  ],
  'GET /v1/tiktok-accounts/{id}/links': [
    { path: '/v1/tiktok-accounts/brand/links' },
    '200 403 200 200 403 403 403 404 404 404 403 403 403 401',
  ],
  'GET /v1/tiktok-accounts/{id}/links/{user_id}': [
    { path: '/v1/tiktok-accounts/brand/links/una' },
    '200 403 200 200 403 403 403 404 404 404 403 403 403 401',
  ],
  'GET /v1/business-centers/{bc_id}/tiktok-accounts/{id}': [
    { path: BRAND, target: held },
    '200 403 200 200 200 404 403 200 200 403 200 404 403 401',
  ],
  'GET /v1/tiktok-accounts/{id}/grants/{bc_id}': [
    { path: '/v1/tiktok-accounts/brand/grants/bc1', target: held },
    '200 403 200 200 403 404 200 200 403 403 403 404 200 401',
  ],
  'GET /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members/{user_id}': [
    { path: `${BRAND}/members/lea`, target: held },
    '200 403 200 200 200 404 403 200 200 403 200 404 403 401',
  ],
  'GET /v1/entities/{type}/{id}': [
    { path: '/v1/entities/user/una' },
    '200 403 200 200 403 403 403 404 404 404 403 403 403 401',
  ],
  'PUT /v1/business-centers/{bc_id}': [
    { path: '/v1/business-centers/bc1', body: { name: 'Bright Agency' } },
    '200 403 200 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'PUT /v1/business-centers/{bc_id}/members/{user_id}': [
    { path: '/v1/business-centers/bc1/members/sam', body: { user_role: 'STANDARD' } },
    '200 403 200 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'DELETE /v1/business-centers/{bc_id}/members/{user_id}': [
    { path: '/v1/business-centers/bc1/members/gone' },
    '204 403 204 403 403 403 403 204 204 403 403 403 403 401',
  ],
  'PUT /v1/ad-accounts/{advertiser_id}': [
    { path: '/v1/ad-accounts/adv1', body: { bc_id: 'bc1' } },
    '200 403 200 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'PUT /v1/users/{id}': [
    { path: '/v1/users/sam', body: { display_name: 'Sam' } },
    '200 403 200 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'PUT /v1/ad-accounts/{advertiser_id}/members/{user_id}': [
    { path: '/v1/ad-accounts/adv1/members/sam', body: { advertiser_role: 'ANALYST' } },
    '200 403 200 403 403 403 403 200 200 403 403 403 403 401',
  ],
  'DELETE /v1/ad-accounts/{advertiser_id}/members/{user_id}': [
    { path: '/v1/ad-accounts/adv1/members/gone' },
    '204 403 204 403 403 403 403 204 204 403 403 403 403 401',
  ],
  'GET /v1/relationships/export': [
    { path: '/v1/relationships/export' },
    '200 403 200 200 403 403 403 200 200 200 403 403 403 401',
  ],
  'POST /v1/relationships/import': [
    { path: '/v1/relationships/import', body: LINE },
    '200 403 200 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'GET /v1/freezes': [{ path: '/v1/freezes' }, '200 403 200 200 403 403 403 200 200 200 403 403 403 401'],
  'GET /v1/freezes/{kind}/{id}': [
    { path: FROZEN, target: frozen },
    '200 403 200 200 200 404 404 200 200 403 200 404 404 401',
  ],
  'PUT /v1/freezes/{kind}/{id}': [
    { path: FROZEN, body: { reason: 'An incident' } },
    '200 403 403 403 200 404 404 403 200 403 200 404 404 401',
  ],
  'DELETE /v1/freezes/{kind}/{id}': [
    { path: FROZEN, target: thawed },
    '204 403 403 403 204 404 404 403 204 403 204 404 404 401',
  ],
  'GET /v1/entities/{type}': [{ path: '/v1/entities/user' }, '200 403 200 200 403 403 403 403 403 403 403 403 403 401'],
  'PUT /v1/entities/{type}/{id}': [
    { path: '/v1/entities/user/sam', body: { attributes: {} } },
    '200 403 200 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'DELETE /v1/entities/{type}/{id}': [
    { path: '/v1/entities/user/sam' },
    '204 403 204 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'GET /v1/business-centers/{bc_id}/tiktok-accounts': [
    { path: '/v1/business-centers/bc1/tiktok-accounts' },
    '200 403 200 200 200 200 200 200 200 403 200 200 200 401',
  ],
  'DELETE /v1/business-centers/{bc_id}/tiktok-accounts/{id}': [
    { path: BRAND, target: held },
    '400 400 400 400 200 404 200 400 200 403 200 404 200 401',
  ],
  'GET /v1/tiktok-accounts/{id}/grants': [
    { path: '/v1/tiktok-accounts/brand/grants', target: held },
    '200 403 200 200 403 404 200 200 403 404 403 404 200 401',
  ],
  'DELETE /v1/tiktok-accounts/{id}/grants/{bc_id}': [
    { path: '/v1/tiktok-accounts/brand/grants/bc1', target: held },
    '400 400 400 400 200 404 200 400 200 403 200 404 200 401',
  ],
  'PUT /v1/tiktok-accounts/{id}': [
    { path: '/v1/tiktok-accounts/brand', body: { handle: '@brand' } },
    '200 403 200 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'PUT /v1/tiktok-accounts/{id}/links/{user_id}': [
    { path: '/v1/tiktok-accounts/brand/links/lee', body: { scopes: ['POST'] } },
    '200 403 200 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'DELETE /v1/tiktok-accounts/{id}/links/{user_id}': [
    { path: '/v1/tiktok-accounts/brand/links/lee' },
    '204 403 204 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'POST /v1/business-centers/{bc_id}/access-requests': [
    { path: REQUESTS, body: { scopes: ['POST'] } },
    '400 400 400 400 201 403 404 400 201 403 201 403 404 401',
  ],
  'GET /v1/business-centers/{bc_id}/access-requests': [
    { path: REQUESTS },
    '400 400 400 400 200 403 404 400 200 403 200 403 404 401',
  ],
  'GET /v1/business-centers/{bc_id}/access-requests/{id}': [
    { path: `${REQUESTS}/{id}`, target: pending },
    '400 400 400 400 200 403 404 400 200 403 200 403 404 401',
  ],
  'GET /v1/business-centers/{bc_id}/access-requests/{id}/qr.svg': [
    { path: `${REQUESTS}/{id}/qr.svg`, target: pending },
    '400 400 400 400 200 403 404 400 200 403 200 403 404 401',
  ],
  'GET /v1/business-centers/{bc_id}/access-requests/{id}/qr.png': [
    { path: `${REQUESTS}/{id}/qr.png`, target: pending },
    '400 400 400 400 200 403 404 400 200 403 200 403 404 401',
  ],
  'POST /v1/business-centers/{bc_id}/access-requests/{id}/cancel': [
    { path: `${REQUESTS}/{id}/cancel`, target: pending },
    '400 400 400 400 200 403 404 400 200 403 200 403 404 401',
  ],
  'GET /v1/consents/{token}': [
    { path: '/v1/consents/{token}', target: consent },
    '400 400 400 400 403 404 200 400 403 404 403 404 200 401',
  ],
  'POST /v1/consents/{token}/approve': [
    { path: '/v1/consents/{token}/approve', target: consent },
    '400 400 400 400 403 403 200 400 403 404 403 403 200 401',
  ],
  'POST /v1/consents/{token}/decline': [
    { path: '/v1/consents/{token}/decline', target: consent },
    '400 400 400 400 403 403 200 400 403 404 403 403 200 401',
  ],
  'GET /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members': [
    { path: `${BRAND}/members`, target: held },
    '200 403 200 200 200 404 403 200 200 403 200 404 403 401',
  ],
  'PUT /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members/{user_id}': [
    { path: `${BRAND}/members/lea`, body: { scopes: ['POST'] }, target: held },
    '400 400 400 400 200 404 403 400 200 403 200 404 403 401',
  ],
  'DELETE /v1/business-centers/{bc_id}/tiktok-accounts/{id}/members/{user_id}': [
    { path: `${BRAND}/members/lea`, target: held },
    '400 400 400 400 204 404 403 400 204 403 204 404 403 401',
  ],
  'POST /v1/api-keys': [
    { path: '/v1/api-keys', body: { name: 'x', permissions: ['check'] } },
    '201 403 403 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'GET /v1/api-keys': [{ path: '/v1/api-keys' }, '200 403 403 403 403 403 403 403 403 403 403 403 403 401'],
  'POST /v1/api-keys/{id}/rotate': [
    { path: '/v1/api-keys/{id}/rotate', body: {}, target: spareKey },
    '200 403 403 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'DELETE /v1/api-keys/{id}': [
    { path: '/v1/api-keys/{id}', target: spareKey },
    '204 403 403 403 403 403 403 403 403 403 403 403 403 401',
  ],
  'GET /v1/audit': [{ path: '/v1/audit?bc_id=bc1' }, '200 403 403 200 403 403 403 200 200 403 403 403 403 401'],
  'GET /v1/status': [{ path: '/v1/status' }, '200 403 403 200 403 403 403 403 403 403 403 403 403 401'],
  'GET /metrics': [{ path: '/metrics' }, '200 200 403 200 403 403 403 403 403 403 403 403 403 401'],
};

test.each(Object.entries(ROWS))('%s', async (endpoint, [{ path, body, target = nothing }, expected]) => {
  const [method = ''] = endpoint.split(' ');
  const statuses = [];
  for (const caller of Object.values(callers)) {
    const ids = await target();
    const headers = path.endsWith('/import') ? { 'Content-Type': 'application/x-ndjson' } : {};
    const to = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');
    const { status } = await app.call(method, to, { ...caller, headers, ...(body !== undefined && { body }) });
    statuses.push(status);
  }
  expect(statuses.join(' ')).toBe(expected);
});

test('no endpoint is without a row', async () => {
  const document = (await app.call('GET', '/openapi.json', { key: null })).body;
  const all = endpointsOf(document).map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(ROWS).toSorted()).toEqual(all.toSorted());
});
