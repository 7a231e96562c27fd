import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { entity, grant, standardWorld } from '../support/cast.ts';

// Programs are answered in the language that they ask for by Accept-Language, or in English.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
});
afterAll(async () => app.close());

const CHECK = {
  subject: entity('sam'),
  action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
  resource: entity('tiktok_account:brand'),
};
const HAN = /\p{Script=Han}/u;

interface Asked {
  method: string;
  path: string;
  body?: unknown;
  actor?: string;
  key?: null;
  headers?: Record<string, string>;
}
const ASKED: Record<string, Asked> = {
  'a denial with an obligation': { method: 'POST', path: '/access/v1/evaluation', body: CHECK },
  'a batch': { method: 'POST', path: '/access/v1/evaluations', body: { evaluations: [CHECK] } },
  'an empty search': {
    method: 'POST',
    path: '/access/v1/search/resource',
    body: { ...CHECK, action: { name: 'no_such_action' }, resource: { type: 'tiktok_account' } },
  },
  'a refusal': {
    method: 'POST',
    path: '/v1/business-centers/bc1/access-requests',
    actor: 'user:sam',
    body: { scopes: ['POST'] },
  },
  'what is not there': { method: 'GET', path: '/v1/tiktok-accounts/no-such/grants', actor: 'user:sam' },
  'no key': { method: 'GET', path: '/v1/audit', key: null },
};

/** Every sentence of an answer. */
function sentences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) =>
    ['message', 'title', 'detail'].includes(name) ? [String(child)] : sentences(child),
  );
}

test.each(Object.entries(ASKED))('%s', async (_, { method, path, ...options }) => {
  for (const [header, language] of [
    ['zh-CN', 'zh-CN'],
    ['zh-Hant-TW, en;q=0.5', 'zh-CN'],
    ['fr, zh;q=0.4, en;q=0.6', 'en'],
    ['en-GB', 'en'],
    ['fr', 'en'],
    ['', 'en'],
    ['*', 'en'],
  ] as const) {
    const answer = await app.call(method, path, { ...options, headers: { 'Accept-Language': header } });
    const said = sentences(answer.body);
    expect(said.length).toBeGreaterThan(0);
    for (const sentence of said)
      expect({ header, sentence, han: HAN.test(sentence) }).toEqual({ header, sentence, han: language === 'zh-CN' });
    expect(answer.headers.get('Content-Language')).toBe(language);
    expect(answer.headers.get('Vary')).toMatch(/Accept-Language/);
  }
  const plain = await app.call(method, path, options);
  for (const sentence of sentences(plain.body)) expect(sentence).not.toMatch(HAN);
});

const ENGLISH_WORDS = /[a-z]{2,} [a-z]{2,}/;
const check = (more: object): object => ({ ...CHECK, ...more });
const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body });
const evaluation = (body: unknown): Asked => post('/access/v1/evaluation', body);

// What validators say, as far as sentences go: names and values of fields are as they are.
test.each<[string, Asked]>([
  ['a type', evaluation(check({ subject: { type: 1, id: 'sam' } }))],
  ['a missing member', evaluation({ subject: CHECK.subject })],
  ['an empty id', evaluation(check({ resource: { type: 'tiktok_account', id: '' } }))],
  ['dots', evaluation(check({ resource: { type: 'tiktok_account', id: '..' } }))],
  ['a long id', evaluation(check({ resource: { type: 'tiktok_account', id: 'x'.repeat(129) } }))],
  ['white space', evaluation(check({ resource: { type: 'tiktok_account', id: ' x' } }))],
  ['an unknown property', evaluation(check({ action: { name: 'view', properties: { post_id: '1' } } }))],
  ['another unknown property', evaluation(check({ action: { name: 'view', properties: { colour: '1' } } }))],
  ['a post and a live', evaluation(check({ action: { name: 'view', properties: { post: {}, live: {} } } }))],
  ['an empty batch', post('/access/v1/evaluations', { evaluations: [] })],
  ['no JSON', evaluation('{"a":')],
  ['a wide number', evaluation('{"a":7123456789012345678}')],
  ['a name twice', evaluation('{"a":1,"a":2}')],
  ['many levels', evaluation(`${'['.repeat(100)}${']'.repeat(100)}`)],
  ['half a character', evaluation(String.raw`{"a":"\ud800"}`)],
  ['an unknown role', { method: 'PUT', path: '/v1/business-centers/bc1/members/x', body: { user_role: 'BOSS' } }],
  ['a long name', { method: 'PUT', path: '/v1/business-centers/bc1', body: { name: 'x'.repeat(300) } }],
  ['no scope', { method: 'PUT', path: '/v1/tiktok-accounts/brand/links/sam', body: { scopes: [] } }],
  ['a new account without a handle', { method: 'PUT', path: '/v1/tiktok-accounts/new', body: {} }],
  ['a path', { method: 'GET', path: '/v1/business-centers/%zz' }],
  ['a query', { method: 'GET', path: '/v1/audit?limt=1' }],
  ['a limit', { method: 'GET', path: '/v1/audit?bc_id=bc1&limit=100000' }],
  ['a line', post('/v1/relationships/import', '{"type":"membr"}')],
  ['no actor', { method: 'GET', path: '/v1/business-centers/bc1/access-requests' }],
])('in words: %s', async (_, { method, path, headers = {}, ...options }) => {
  const type = path.endsWith('/import') ? { 'Content-Type': 'application/x-ndjson' } : {};
  const asked = { ...options, headers: { ...type, ...headers, 'Accept-Language': 'zh-CN' } };
  const { status, body } = await app.call(method, path, asked);
  expect({ path, status }).toEqual({ path, status: path === '/v1/tiktok-accounts/new' ? 422 : 400 });
  for (const sentence of sentences(body)) {
    const isEnglish = !HAN.test(sentence) || ENGLISH_WORDS.test(sentence);
    expect({ sentence, isEnglish }).toEqual({ sentence, isEnglish: false });
  }
});

test.each<[string, Asked]>([
  ['a Business Center', { method: 'PUT', path: '/v1/business-centers/nope/members/sam', body: { user_role: 'ADMIN' } }],
  ['an ad account', { method: 'PUT', path: '/v1/ad-accounts/nope/members/sam', body: { advertiser_role: 'ADMIN' } }],
  ['a TikTok account', { method: 'PUT', path: '/v1/tiktok-accounts/nope/links/sam', body: { scopes: ['POST'] } }],
  ['an API key', { method: 'DELETE', path: '/v1/api-keys/nope' }],
  ['facts', { method: 'POST', path: '/v1/relationships/import', body: ' ' }],
  ['another kind', { method: 'PUT', path: '/v1/entities/tiktok_account/a', body: { attributes: {} } }],
  ['a cursor', { method: 'GET', path: `/v1/audit?cursor=${Buffer.from('{}').toString('base64url')}` }],
  ['a page', { method: 'POST', path: '/access/v1/search/action', body: { ...CHECK, page: { token: 'x' } } }],
  [
    'a content type',
    { method: 'POST', path: '/access/v1/evaluation', body: '{}', headers: { 'Content-Type': 'text/plain' } },
  ],
  [
    'a charset',
    {
      method: 'POST',
      path: '/access/v1/evaluation',
      body: '{}',
      headers: { 'Content-Type': 'application/json; charset=gbk' },
    },
  ],
  ['an encoding', { method: 'POST', path: '/access/v1/evaluation', body: '{}', headers: { 'Content-Encoding': 'br' } }],
  ['gzip', { method: 'POST', path: '/access/v1/evaluation', body: '{}', headers: { 'Content-Encoding': 'gzip' } }],
  [
    'a revision',
    { method: 'POST', path: '/access/v1/evaluation', body: CHECK, headers: { 'X-Sparkgate-Revision': 'x' } },
  ],
  ['a host', { method: 'GET', path: '/healthz', headers: { Host: 'elsewhere.example', Cookie: 'a=b' } }],
])('what is wrong with %s', async (_, { method, path, headers = {}, ...options }) => {
  for (const language of ['zh-CN', 'en']) {
    const answer = await app.call(method, path, { ...options, headers: { ...headers, 'Accept-Language': language } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const { title, detail } = answer.body;
    for (const sentence of [title, detail]) {
      expect({ sentence, han: HAN.test(sentence) }).toEqual({ sentence, han: language === 'zh-CN' });
    }
  }
});

test('a denial says in both languages what clients of AuthZEN read: codes for administrators, sentences for users', async () => {
  const { body } = await app.call('POST', '/access/v1/evaluation', { body: CHECK });
  const codes = body.context.reasons.map(({ code }: { code: string }) => code).join(', ');
  expect(codes).toMatch(/^[A-Z_]+(?:, [A-Z_]+)+$/);
  expect(body.context.reason_admin).toEqual({ en: codes, 'zh-CN': codes });
  const { en, 'zh-CN': zh } = body.context.reason_user;
  expect(en).toBe(body.context.reasons.map(({ message }: { message: string }) => message).join(' '));
  expect(zh).toMatch(HAN);
  expect(`${en}${zh}`).not.toMatch(/[A-Z]+_[A-Z]+/);
  expect(body.context.obligations).toEqual([
    {
      code: 'PAUSE_RECOMMENDED',
      message: expect.any(String),
      id: 'PAUSE_RECOMMENDED',
      type: 'custom',
      properties: { code: 'PAUSE_RECOMMENDED' },
    },
  ]);
});

test('an ALLOW has no reasons in any form', async () => {
  const own = { ...CHECK, subject: entity('tiktok_account:brand'), action: { name: 'view_grants' } };
  const { body } = await app.call('POST', '/access/v1/evaluation', { body: own });
  expect(body).toMatchObject({ decision: true, context: { reasons: [] } });
  expect(Object.keys(body.context)).not.toContain('reason_user');
  expect(Object.keys(body.context)).not.toContain('reason_admin');
});
