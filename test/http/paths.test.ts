import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';
import { sql } from '../support/sql.ts';

// What is written in the request line is what is done. Only a real socket shows it: whoever makes a URL of a path has
// resolved its dots already.

let app: TestApp;
let http: OverHttp;
beforeAll(async () => {
  app = await testApp();
  http = await overHttp(app);
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/tiktok-accounts/brand/links/sam', { scopes: ['POST'] });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => {
  await http.close();
  await app.close();
});

const revision = async (): Promise<unknown> =>
  (await sql(app, 'select count(*)::text as value from relationship_write'))[0];

const BC1 = '/v1/business-centers/bc1';

/** Dots, as parsers of URLs take them. */
const DOTS = ['..', '.', '%2e%2e', '%2E%2E', '.%2e', '%2e.', '.%2E', '%2e', '%2E'];

describe.each<[string, string, string]>([
  ['DELETE', `${BC1}/tiktok-accounts/DOTS/members/sam`, 'user:adm'],
  ['DELETE', `${BC1}/DOTS/bc1/members/sam`, 'user:adm'],
  ['DELETE', `${BC1}/members/sam/DOTS`, 'user:adm'],
  ['DELETE', `${BC1}/members/DOTS`, 'user:adm'],
  ['PUT', `${BC1}/tiktok-accounts/DOTS/members/new`, 'user:adm'],
  ['GET', `${BC1}/tiktok-accounts/DOTS/access-requests`, 'user:adm'],
  ['DELETE', '/v1/tiktok-accounts/brand/links/DOTS/links/sam', 'user:adm'],
  ['POST', '/v1/consents/x/DOTS/approve', 'tiktok_account:brand'],
  ['POST', '/access/v1/x/DOTS/evaluation', 'user:adm'],
  ['GET', '/console/DOTS/healthz', 'user:adm'],
  ['GET', '/console/bc1/DOTS/', 'user:adm'],
  ['GET', '/DOTS/healthz', 'user:adm'],
  ['GET', '/healthz/DOTS', 'user:adm'],
  ['GET', '/openapi.json/DOTS/DOTS/metrics', 'user:adm'],
  ['GET', 'http://sparkgate.test/x/DOTS/healthz', 'user:adm'],
])('%s %s', (method, path, actor) => {
  test.each(DOTS)('400 for %s, and nothing is done', async (dots) => {
    const before = await revision();
    const target = path.replaceAll('DOTS', dots);
    const answer = await http.send(method, target, { actor, ...(method === 'PUT' && { body: { scopes: ['POST'] } }) });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: 'path', message: expect.stringContaining('"."') }] },
    });
    expect(answer.headers.get('X-Request-ID')).toBe(answer.body.request_id);
    expect(await revision()).toEqual(before);
  });
});

test('a browser reads it as a page', async () => {
  const answer = await http.send('GET', '/console/%2e%2e/console', { headers: { Accept: 'text/html' } });
  expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('<!doctype html>')]);
  expect(answer.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
});

const BROKEN = 'is not well-formed percent-encoded UTF-8';
const RAW = 'holds a character that has to be percent-encoded';

test.each<[string, string]>([
  [`${BC1}/members/%`, BROKEN],
  [`${BC1}/members/%zz`, BROKEN],
  [`${BC1}/members/%C3%28`, BROKEN],
  [`${BC1}/members/%ED%A0%80`, BROKEN],
  [`${BC1}/members/sam#x`, RAW],
  [`${BC1}/members/sam?x#y`, RAW],
])('400: DELETE %s %s', async (target, message) => {
  const before = await revision();
  const { status, body } = await http.send('DELETE', target);
  expect([status, body.errors]).toEqual([400, [{ pointer: 'path', message }]]);
  expect(await revision()).toEqual(before);
});

test.each([
  ['a backslash', `${BC1}\\members\\sam`, {}],
  ['dots between backslashes', `${BC1}/tiktok-accounts/..\\..\\bc1/members/sam`, {}],
  ['an absolute target without a host', 'http://', {}],
  ['a host that is none', `${BC1}/members/sam`, { Host: 'a b' }],
])('400, as a problem, for %s', async (_, target, headers) => {
  const before = await revision();
  const answer = await http.send('DELETE', target, { headers });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', status: 400 } });
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(answer.headers.get('X-Request-ID')).toBe(answer.body.request_id);
  expect(await revision()).toEqual(before);
});

test.each([
  ['DELETE', '/v1/business-centers//members/sam'],
  ['DELETE', '/v1//business-centers/bc1/members/sam'],
  ['DELETE', '//v1/business-centers/bc1/members/sam'],
  ['DELETE', `${BC1}//members/sam`],
  ['DELETE', `${BC1}/members/`],
  ['DELETE', `${BC1}/members//sam`],
  ['DELETE', `${BC1}/members/sam/`],
  ['DELETE', `${BC1}/tiktok-accounts//members/sam`],
  ['DELETE', '/v1/tiktok-accounts//links/sam'],
  ['DELETE', '/v1/tiktok-accounts/brand/grants/'],
  ['GET', '/docs//docs.css'],
  ['GET', '//console/bc1'],
  ['GET', '//healthz'],
  ['GET', '/healthz//'],
])('%s %s, with an empty part, is no address', async (method, target) => {
  const before = await revision();
  expect((await http.send(method, target, { actor: 'user:adm' })).status).toBe(404);
  expect(await revision()).toEqual(before);
});

test('other encodings of an address are the same address', async () => {
  const healthy = async (target: string): Promise<number> => (await http.send('GET', target)).status;
  expect(await healthy('/%68ealthz')).toBe(200);
  expect(await healthy('http://sparkgate.test/healthz')).toBe(200);
  expect(await healthy('/healthz?x=%2e%2e/../.')).toBe(200);
  expect((await http.send('GET', '/%761/audit', { key: null })).status).toBe(401);
  expect((await http.send('GET', '/%761/audit?x=1')).status).toBe(400);
});

describe('what a query of /v1 may say', () => {
  const told = ({ status, body }: Answer): unknown =>
    status === 400
      ? body.errors.map((it: { pointer: string; message: string }) => `${it.pointer} ${it.message}`)
      : status;

  test.each<[string, string, string, unknown]>([
    ['GET', '/v1/audit', 'limit=1&bc_id=bc1', 200],
    ['GET', '/v1/audit', 'limit=1&cursor=', expect.anything()],
    ['GET', '/v1/audit', 'Limit=1', ['Limit is not known; did you mean "limit"?']],
    ['GET', '/v1/audit', 'bcid=bc1', ['bcid is not known; did you mean "bc_id"?']],
    ['GET', '/v1/audit', '%6Cimit=1', 200],
    ['GET', '/v1/audit', 'limit=1&limit=2', ['limit is given more than once']],
    ['GET', '/v1/audit', 'limit=1&%6Cimit=1', ['limit is given more than once']],
    ['GET', '/v1/audit', '__proto__=1', ['__proto__ is not known; known are limit, cursor, bc_id']],
    ['GET', '/v1/audit', '=1', [' is not known; known are limit, cursor, bc_id']],
    ['GET', '/v1/audit', 'bc_id=%ff', [`query ${BROKEN}`]],
    ['GET', '/v1/audit', 'bc_id=%', [`query ${BROKEN}`]],
    ['HEAD', '/v1/audit', 'x=1', 400],
    ['POST', '/v1/relationships/import', 'mod=reopen', [expect.stringMatching(/^mod is not known/)]],
    ['DELETE', `${BC1}/members/nobody`, 'dry_run=true', ['dry_run is not known: nothing is taken here']],
    ['DELETE', `${BC1}/members/nobody`, '', 204],
    ['PUT', BC1, 'name=x', ['name is not known: nothing is taken here']],
  ])('%s %s?%s', async (method, path, query, expected) => {
    const before = await revision();
    const body = method === 'PUT' ? { name: 'Another' } : undefined;
    const answer = await http.send(method, `${path}?${query}`, { ...(body && { body }) });
    expect(method === 'HEAD' ? answer.status : told(answer)).toEqual(expected);
    expect(await revision()).toEqual(before);
  });
});

describe('where there is no body to send', () => {
  const request = async (): Promise<{ id: string; token: string }> => {
    const body = { scopes: ['POST'], tiktok_account_id: 'other' };
    const made = await app.call('POST', `${BC1}/access-requests`, { actor: 'user:adm', body });
    return { id: made.body.id, token: made.body.consent_url.split('/').at(-1) };
  };
  const CALLS: Record<string, (body: string) => Promise<Answer>> = {
    approve: async (body) => {
      const { token } = await request();
      return http.send('POST', `/v1/consents/${token}/approve`, { actor: 'tiktok_account:other', body });
    },
    decline: async (body) => {
      const { token } = await request();
      return http.send('POST', `/v1/consents/${token}/decline`, { actor: 'tiktok_account:other', body });
    },
    cancel: async (body) => {
      const { id } = await request();
      return http.send('POST', `${BC1}/access-requests/${id}/cancel`, { actor: 'user:adm', body });
    },
    remove: async (body) => http.send('DELETE', `${BC1}/members/nobody`, { body }),
  };

  test.each(Object.keys(CALLS))('%s: an empty one passes, and so does an empty object', async (call) => {
    for (const body of ['', ' \n', '{}']) expect((await CALLS[call]?.(body))?.status).toBeLessThan(300);
  });

  test.each(Object.keys(CALLS))('%s: 400 for what would be passed over', async (call) => {
    for (const body of ['{"scopes":["LIVE"]}', '[]', 'null', '1', 'scopes=LIVE']) {
      expect([body, (await CALLS[call]?.(body))?.status]).toEqual([body, 400]);
    }
    expect((await CALLS[call]?.('{"scopes":["LIVE"]}'))?.body.errors).toEqual([
      { pointer: '/scopes', message: 'is not known: nothing is taken here' },
    ]);
  });
});
