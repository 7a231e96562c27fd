import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closed, faultsOf } from '../../src/domain/closed.ts';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { sql } from '../support/sql.ts';

// What nobody knows is refused, never passed over: a misspelt name would otherwise read as one that was left out.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await grant(app, ['LIVE', 'POST']);
  await assign(app, 'sam', ['LIVE', 'POST']);
});
afterAll(async () => app.close());

const SAM = { type: 'user', id: 'sam' };
const BRAND = { type: 'tiktok_account', id: 'brand' };
const ADM = { type: 'user', id: 'adm' };
const BC1 = { type: 'business_center', id: 'bc1' };
const BC2 = { type: 'business_center', id: 'bc2' };
const REQUEST = { type: 'access_request', id: '00000000-0000-7000-8000-000000000000' };

/** Each fault as `pointer message`. */
function faults({ status, body }: Answer): unknown {
  if (status !== 400 && status !== 422) return { status, body };
  return body.errors.map(({ pointer, message }: { pointer: string; message: string }) => `${pointer} ${message}`);
}

const ALL = 'advertiser_id, bc_id, user_id, scopes, post, live';

describe.each<[string, { type: string; id: string }, Record<string, unknown>, string[]]>([
  ['create_spark_ad', BRAND, { Post: { item_id: 'p1' } }, ['/Post is not known; did you mean "post"?']],
  ['create_spark_ad', BRAND, { post_id: 'p1' }, ['/post_id is not known; did you mean "post"?']],
  ['create_spark_ad', BRAND, { advertiserId: 'adv9' }, ['/advertiserId is not known; did you mean "advertiser_id"?']],
  ['create_spark_ad', BRAND, { Live: {} }, ['/Live is not known; did you mean "live"?']],
  ['create_spark_ad', BRAND, { video: 'v1' }, [`/video is not known; known are ${ALL}`]],
  ['create_spark_ad', BRAND, { 'a/b~c': 1 }, [`/a~1b~0c is not known; known are ${ALL}`]],
  [
    'create_spark_ad',
    BRAND,
    { post: { item_id: 'p1', visibilty: 'PUBLIC' } },
    ['/post/visibilty is not known; did you mean "visibility"?'],
  ],
  ['create_spark_ad', BRAND, { live: { live_id: 'l1', id: 'l1' } }, ['/live/id is not known; known is only live_id']],
  ['view', BRAND, { bcid: 'bc1' }, ['/bcid is not known; did you mean "bc_id"?']],
  ['no_such_action', BRAND, { anything: 1 }, [`/anything is not known; known are ${ALL}`]],
  [
    'request_account_access',
    BC1,
    { scope: ['POST'], advertiser_id: 'adv1' },
    ['/scope is not known; did you mean "scopes"?', '/advertiser_id is not known; known are bc_id, scopes'],
  ],
  ['approve', REQUEST, { scopes: ['POST'] }, ['/scopes is not known: nothing is taken here']],
])('400 for %s on %o with %o', (name, resource, properties, expected) => {
  const inProperties = expected.map((fault) => `/action/properties${fault}`);
  const check = { subject: SAM, action: { name, properties }, resource };

  test.each<[string, object]>([
    ['evaluation', check],
    ['search/subject', { ...check, subject: { type: 'user' } }],
    ['search/resource', { ...check, resource: { type: resource.type } }],
    ['search/action', { ...check, action: { properties } }],
    ['evaluations', check],
  ])('%s', async (endpoint, body) => {
    expect(faults(await app.call('POST', `/access/v1/${endpoint}`, { body }))).toEqual(inProperties);
  });

  test.each<[string, object]>([
    ['as an item', { evaluations: [check] }],
    ['as the default', { action: check.action, evaluations: [{ subject: SAM, resource }] }],
  ])('evaluations, %s: in its place', async (_, body) => {
    const { status, body: answer } = await app.call('POST', '/access/v1/evaluations', { body });
    const [first] = inProperties;
    expect([status, answer.evaluations]).toEqual([
      200,
      [
        {
          decision: false,
          context: { error: { status: 400, code: 'invalid_request', message: first?.replace(' ', ': ') } },
        },
      ],
    ]);
  });
});

describe('what stays open', () => {
  const ask = async (body: object): Promise<unknown> => {
    const { status, body: answer } = await app.call('POST', '/access/v1/evaluation', { body });
    return status === 200 ? answer.decision : answer;
  };
  const properties = { advertiser_id: 'adv1', bc_id: 'bc1' };
  const allowed = { subject: SAM, action: { name: 'create_spark_ad', properties }, resource: BRAND };

  test.each<[string, object]>([
    ['nothing more than needed', allowed],
    ['members of the request', { ...allowed, options: {}, whatever: 1 }],
    ['members of an entity', { ...allowed, subject: { ...SAM, name: 'Sam' }, resource: { ...BRAND, of: 'x' } }],
    ['members of the action', { ...allowed, action: { ...allowed.action, method: 'POST' } }],
    ['properties of the subject', { ...allowed, subject: { ...SAM, properties: { Post: 1 } } }],
    ['properties of the resource', { ...allowed, resource: { ...BRAND, properties: { Post: 1 } } }],
    ['the context', { ...allowed, context: { Post: 1 } }],
    [
      'what the action does not need',
      { ...allowed, action: { ...allowed.action, properties: { ...properties, user_id: 'x' } } },
    ],
  ])('%s', async (_, body) => expect(await ask(body)).toBe(true));

  test('the properties of another kind, which are decided by its policy', async () => {
    const body = {
      subject: SAM,
      action: { name: 'read', properties: { Post: 1 } },
      resource: { type: 'doc', id: '1' },
    };
    expect(await ask(body)).toBe(false);
  });
});

test.each<[string, object, unknown]>([
  ['evaluation', { subject: ADM, resource: BC1 }, true],
  [
    'evaluation',
    { subject: ADM, resource: BC2 },
    ['/action/properties/bc_id names another Business Center than the resource'],
  ],
  ['search/subject', { subject: { type: 'user' }, resource: BC1 }, [ADM]],
  [
    'search/subject',
    { subject: { type: 'user' }, resource: BC2 },
    ['/action/properties/bc_id names another Business Center than the resource'],
  ],
  [
    'search/resource',
    { subject: ADM, resource: { type: 'business_center' } },
    ['/action/properties/bc_id names another Business Center than the resource'],
  ],
])('bc_id with a Business Center is that one: %s of %o', async (endpoint, asked, expected) => {
  const action = { name: 'request_account_access', properties: { bc_id: 'bc1' } };
  const answer = await app.call('POST', `/access/v1/${endpoint}`, { body: { ...asked, action } });
  const { decision, results } = answer.body;
  expect(answer.status === 200 ? (results ?? decision) : faults(answer)).toEqual(expected);
});

const BODIES: [string, string, Record<string, unknown>, string | null][] = [
  ['PUT', '/v1/business-centers/new', { name: 'New' }, null],
  ['PUT', '/v1/business-centers/bc1/members/new', { user_role: 'STANDARD' }, null],
  ['PUT', '/v1/ad-accounts/new', { name: 'New', bc_id: null }, null],
  ['PUT', '/v1/ad-accounts/adv1/members/new', { advertiser_role: 'ADMIN' }, null],
  ['PUT', '/v1/tiktok-accounts/new', { handle: 'new' }, null],
  ['PUT', '/v1/tiktok-accounts/brand/links/new', { scopes: ['POST'] }, null],
  ['PUT', '/v1/entities/doc/new', { attributes: {} }, null],
  ['POST', '/v1/business-centers/bc1/access-requests', { scopes: ['POST'] }, 'user:adm'],
  ['PUT', '/v1/business-centers/bc1/tiktok-accounts/brand/members/adm', { scopes: ['POST'] }, 'user:adm'],
  ['POST', '/v1/api-keys', { name: 'new', permissions: ['check'] }, null],
];

const revision = async (): Promise<unknown> => sql(app, 'select count(*) from relationship_write');

describe.each(BODIES)('%s %s takes no name but %o', (method, path, body, actor) => {
  const send = async (sent: unknown): Promise<Answer> =>
    app.call(method, path, { body: sent, ...(actor !== null && { actor }) });
  const [name = ''] = Object.keys(body);

  test.each<[string, (known: string) => string]>([
    ['another case', (known) => known.toUpperCase()],
    ['a letter too many', (known) => `${known}x`],
  ])('%s: 400, the nearest known name, and nothing is written', async (_, misspell) => {
    const before = await revision();
    const { [name]: value, ...rest } = body;
    const misspelt = `/${misspell(name)} is not known; did you mean "${name}"?`;
    expect(faults(await send({ ...body, [misspell(name)]: value }))).toEqual([misspelt]);
    // Instead of the known one: the unknown name is told first, before what has to be there.
    expect([faults(await send({ ...rest, [misspell(name)]: value }))].flat()[0]).toBe(misspelt);
    expect(await revision()).toEqual(before);
  });

  test.each<[string, string]>([
    ['__proto__', 'gets lost on the way'],
    ['constructor', 'is not known'],
    ['toString', 'is not known'],
    ['type', 'is not known'],
    ['', 'is not known'],
  ])('%j: 400, %s', async (unknown, why) => {
    const text = `{${JSON.stringify(unknown)}:{},${JSON.stringify(body).slice(1)}`;
    expect(faults(await send(text))).toEqual([expect.stringContaining(`/${unknown} ${why}`)]);
  });

  test('as it is taken', async () => {
    expect((await send(body)).status).toBeLessThan(300);
  });
});

test.each<[Record<string, unknown>, string[]]>([
  [{ handle: 'brand', ad_authorisation: false }, ['/ad_authorisation is not known; did you mean "ad_authorization"?']],
  [
    { handle: 'brand', showcase: { enabled: true, source: [] } },
    ['/showcase/source is not known; did you mean "sources"?'],
  ],
  [
    { handle: 'brand', showcase: { enabled: true, sources: [{ shop_id: '1', products: 'ALL', shop: '1' }] } },
    ['/showcase/sources/0/shop is not known; did you mean "shop_id"?'],
  ],
])('the account keeps its switch: 400 for %o', async (body, expected) => {
  await put(app, '/v1/tiktok-accounts/brand', { handle: 'brand', ad_authorization: false });
  expect(faults(await app.call('PUT', '/v1/tiktok-accounts/brand', { body }))).toEqual(expected);
  const post = { item_id: 'p1', tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true };
  const { body: answer } = await app.call('POST', '/access/v1/evaluation', {
    body: {
      subject: SAM,
      action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1', post } },
      resource: BRAND,
    },
  });
  expect(answer.context.reasons).toMatchObject([{ code: 'AD_AUTHORIZATION_OFF' }]);
});

const LINES: Record<string, unknown>[] = [
  { type: 'business_center', bc_id: 'bc1', name: 'Line' },
  { type: 'member', bc_id: 'bc1', user_id: 'line', user_role: 'STANDARD' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Line' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'line', advertiser_role: 'ANALYST' },
  { type: 'tiktok_account', id: 'brand', handle: 'line' },
  { type: 'user', id: 'line', display_name: 'Line', email: 'line@example.com' },
  { type: 'account_link', tiktok_account_id: 'brand', user_id: 'line', scopes: ['LIVE'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['LIVE'] },
];

describe.each(LINES)('an import line of $type', (line) => {
  test.each(Object.keys(line).filter((name) => name !== 'type'))('400 for %s with an x', async (name) => {
    const good = JSON.stringify({ type: 'business_center', bc_id: 'bc9', name: 'Nine' });
    const { [name]: value, ...rest } = line;
    for (const sent of [
      { ...line, [`${name}x`]: value },
      { ...rest, [`${name}x`]: value },
    ]) {
      const answer = await app.call('POST', '/v1/relationships/import', { body: `${good}\n${JSON.stringify(sent)}\n` });
      expect(faults(answer)).toEqual([`line 2 ${name}x: is not known; did you mean "${name}"?`]);
    }
  });
});

test('the OpenAPI document says which objects are closed', async () => {
  const { body: document } = await app.call('GET', '/openapi.json', { key: null });
  const open: string[] = [];
  const walk = (schema: Record<string, unknown>, at: string): void => {
    if (schema['$ref'] !== undefined) throw new Error(`${at} refers to what this does not look at`);
    if (schema['type'] === 'object' && schema['properties'] && schema['additionalProperties'] !== false) open.push(at);
    for (const [name, child] of Object.entries(schema)) {
      if (typeof child === 'object' && child !== null) walk(child as Record<string, unknown>, `${at}/${name}`);
    }
  };
  for (const [path, operations] of Object.entries<Record<string, Record<string, unknown>>>(document.paths)) {
    if (!path.startsWith('/v1/')) continue;
    for (const [method, { requestBody }] of Object.entries(operations)) {
      if (requestBody) walk(requestBody as Record<string, unknown>, `${method} ${path}`);
    }
  }
  expect(open).toEqual([]);
});

test('however many names are unknown, and however long, few are told, in short', () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`${'x'.repeat(2000)}${n}`, n]));
  const { error } = closed({ name: closed({}) }).safeParse({ ...many, name: many });
  const told = error ? faultsOf(error) : [];
  expect(told).toHaveLength(50);
  expect(JSON.stringify(told).length).toBeLessThan(20_000);
});
