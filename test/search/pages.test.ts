import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, TestApp } from '../support/app.ts';
import { entity, grant, put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { recordApp } from '../support/record.ts';

let app: TestApp;
let confined: string;
beforeAll(async () => {
  app = await recordApp();
  await standardWorld(app);
  for (const name of ['alice', 'bob', 'm1', 'm2', 'm3', 'm4', 'm5']) {
    await put(app, `/v1/business-centers/bc1/members/${name}`, { user_role: 'ADMIN' });
  }
  await grant(app, ['POST']);
  await grant(app, ['POST'], 'bc2', 'other', 'ext');
  ({ key: confined } = await newKey(app, ['check'], ['bc2']));
});
afterAll(async () => app.close());

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

type What = 'subject' | 'resource' | 'action';

async function search(what: What, body: object, key?: string): Promise<Answer> {
  return app.call('POST', `/access/v1/search/${what}`, { body, ...(key !== undefined && { key }) });
}

const brand = entity('tiktok_account:brand');
/** adm and seven more. */
const WHO = { subject: { type: 'user' }, action: { name: 'view' }, resource: brand };
const WHERE = { subject: entity('adm'), action: { name: 'view' }, resource: { type: 'tiktok_account' } };
const ids = ({ body }: Answer): string[] => body.results.map((found: { id: string }) => found.id);

describe('tokens', () => {
  const token = async (body: object = WHO, key?: string): Promise<string> =>
    (await search('subject', { ...body, page: { limit: 2 } }, key)).body.page.next_token;

  test.each<[string, What, object]>([
    ['another action', 'subject', { ...WHO, action: { name: 'revoke_grant' } }],
    ['another resource', 'subject', { ...WHO, resource: entity('tiktok_account:other') }],
    ['another type', 'subject', { ...WHO, subject: { type: 'tiktok_account' } }],
    ['other properties', 'subject', { ...WHO, action: { name: 'view', properties: { bc_id: 'bc1' } } }],
    ['another context', 'subject', { ...WHO, context: { urgent: true } }],
    ['another search', 'resource', WHERE],
    ['a search for actions', 'action', { subject: entity('adm'), resource: brand }],
  ])('404 for a token of %s', async (_, what, body) => {
    const answer = await search(what, { ...body, page: { token: await token() } });
    expect(answer.status).toBe(404);
    expect(answer.body.errors).toMatchObject([{ pointer: '/page/token' }]);
  });

  test('404 for a token of a key that sees more, and of one that sees less', async () => {
    const who = { ...WHO, action: { name: 'read' }, resource: entity('record:record-1') };
    await put(app, '/v1/entities/record/record-1', { attributes: {} });
    const wide = (await search('subject', { ...who, page: { limit: 1 } })).body.page.next_token;
    const narrow = (await search('subject', { ...who, page: { limit: 1 } }, confined)).body.page.next_token;
    expect((await search('subject', { ...who, page: { token: wide } }, confined)).status).toBe(404);
    if (narrow !== '') expect((await search('subject', { ...who, page: { token: narrow } })).status).toBe(404);
  });

  test('404 for tokens that are forged, cut or lengthened, 400 for what cannot be one', async () => {
    const good = await token();
    const [header = '', key = '', iv = '', place = '', tag = ''] = good.split('.');
    expect([key, Buffer.from(place, 'base64url').includes('alice')]).toEqual(['', false]);
    const other = await token({ ...WHO, action: { name: 'revoke_grant' } });
    const bad = [
      other,
      `${header}..${iv}.${other.split('.')[3]}.${tag}`,
      `${header}..${iv}.${place}.`,
      `${header}..${iv}..${tag}`,
      `${header}...${place}.${tag}`,
      `..${iv}.${place}.${tag}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}..${iv}.${place}.${tag}`,
      `${header}..${iv}.${place}.${'A'.repeat(tag.length)}`,
      header,
      place,
      '.',
      '..',
      ' ',
      '\u0000',
      'é',
      `${good}.x`,
      `${good}A`,
      ` ${good}`,
      `${good}!`,
      good.toUpperCase(),
      ...Array.from({ length: 64 }, (_, bits) => `${good.slice(0, -1)}${BASE64URL[bits]}`).filter((it) => it !== good),
      ...Array.from({ length: good.length - 1 }, (_, index) => good.slice(0, index + 1)),
      'x'.repeat(5000),
    ];
    for (const it of bad) {
      const { status, body } = await search('subject', { ...WHO, page: { token: it } });
      const expected = /^[\w.-]{1,4096}$/.test(it) ? [404, 'not_found'] : [400, 'invalid_request'];
      expect([it, status, body.code]).toEqual([it, ...expected]);
      expect(body.errors).toMatchObject([{ pointer: '/page/token' }]);
    }
    expect((await search('subject', { ...WHO, page: { token: good } })).status).toBe(200);
  });
});

describe('limits', () => {
  test.each([0, -1, 1001, 1.5, 1e300, '10', '', null, true, [], {}])('400 for a limit of %j', async (limit) => {
    for (const [what, body] of [
      ['subject', WHO],
      ['resource', WHERE],
      ['action', { subject: entity('adm'), resource: brand }],
    ] as const) {
      const { status, body: problem } = await search(what, { ...body, page: { limit } });
      expect({ status, error: problem.errors?.[0] }).toMatchObject({ status: 400, error: { pointer: '/page/limit' } });
    }
  });

  test.each([1, 2, 3, 7, 8, 9, 1000])('pages of %i: everybody once, in order, none longer', async (limit) => {
    const found: string[] = [];
    for (let token = ''; ;) {
      const answer = await search('subject', { ...WHO, page: { limit, token } });
      expect(answer.body.page.count).toBe(ids(answer).length);
      expect(ids(answer).length).toBeLessThanOrEqual(limit);
      found.push(...ids(answer));
      token = answer.body.page.next_token;
      if (token === '') break;
    }
    expect(found).toEqual(['adm', 'alice', 'bob', 'm1', 'm2', 'm3', 'm4', 'm5']);
  });

  test.each([{ page: [] }, { page: 'first' }, { page: 1 }, { page: { token: 7 } }, { page: { token: {} } }])(
    '400 for %j',
    async (page) => {
      expect((await search('subject', { ...WHO, ...page })).status).toBe(400);
    },
  );
});

test('while others write: nothing twice, and all that was there throughout', async () => {
  const path = (id: string): string => `/v1/business-centers/bc1/members/${id}`;
  const join = async (id: string): Promise<unknown> => put(app, path(id), { user_role: 'ADMIN' });
  const found: string[] = [];
  let round = 0;
  for (let token = ''; ;) {
    const answer = await search('subject', { ...WHO, page: { limit: 1, token } });
    found.push(...ids(answer));
    token = answer.body.page.next_token;
    if (token === '') break;
    round += 1;
    // One behind the cursor, one ahead of it, and one that leaves again; whoever was just found leaves, too.
    await join(`a${round}`);
    if (round <= 3) await join(`z${round}`);
    await app.call('DELETE', path(`a${round}`));
    if (found.at(-1) === 'm2') await app.call('DELETE', path('m2'));
  }
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual('adm alice bob m1 m2 m3 m4 m5 z1 z2 z3'.split(' '));
  await join('m2');
  for (const id of ['z1', 'z2', 'z3']) await app.call('DELETE', path(id));
});

describe('a confined key', () => {
  const seen = async (what: What, body: object): Promise<string[]> => ids(await search(what, body, confined));

  test('finds through its own Business Center only', async () => {
    expect(await seen('subject', WHO)).toEqual([]);
    expect(await seen('subject', { ...WHO, resource: entity('tiktok_account:other') })).toEqual(['ext']);
    expect(await seen('resource', WHERE)).toEqual([]);
    expect(await seen('resource', { ...WHERE, subject: entity('ext') })).toEqual(['other']);
  });

  test('finds no other Business Center, and none of its requests', async () => {
    const centers = { action: { name: 'request_account_access' }, resource: { type: 'business_center' } };
    expect(await seen('resource', { ...centers, subject: entity('adm') })).toEqual([]);
    expect(await seen('resource', { ...centers, subject: entity('ext') })).toEqual(['bc2']);
    const requests = { action: { name: 'view' }, resource: { type: 'access_request' } };
    expect(await seen('resource', { ...requests, subject: entity('adm') })).toEqual([]);
    expect(await seen('resource', { ...requests, subject: entity('ext') })).toHaveLength(1);
  });

  test('403 where it names another', async () => {
    const outside = { name: 'view', properties: { bc_id: 'bc1' } };
    expect((await search('subject', { ...WHO, action: outside }, confined)).status).toBe(403);
    const bc1 = { subject: { type: 'user' }, action: { name: 'request_account_access' } };
    expect((await search('subject', { ...bc1, resource: entity('business_center:bc1') }, confined)).status).toBe(403);
  });
});

test('401 without a key, 403 with one that may not check', async () => {
  const { key } = await newKey(app, ['relationships']);
  for (const what of ['subject', 'resource', 'action'] as const) {
    const body = what === 'subject' ? WHO : what === 'resource' ? WHERE : { subject: entity('adm'), resource: brand };
    expect((await app.call('POST', `/access/v1/search/${what}`, { body, key: null })).status).toBe(401);
    expect((await search(what, body, key)).status).toBe(403);
  }
});

describe('huge and deep properties', () => {
  const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
  const withProperties = (properties: unknown): [What, object][] => [
    ['subject', { ...WHO, subject: { type: 'user', properties } }],
    ['subject', { ...WHO, resource: { ...brand, properties } }],
    ['resource', { ...WHERE, subject: { ...entity('adm'), properties } }],
    ['resource', { ...WHERE, context: properties }],
    ['action', { subject: { ...entity('adm'), properties }, resource: { ...entity('record:record-1') } }],
  ];

  test.each<[string, unknown, number]>([
    ['32 levels', nested(32), 200],
    ['33 levels', nested(33), 400],
    ['a long text', { a: 'x'.repeat(60_000) }, 200],
    ['too long a text', { a: 'x'.repeat(70_000) }, 400],
    ['more than a body may have', { a: 'x'.repeat(300_000) }, 413],
    ['a value without a name', { '': 1 }, 400],
    ['one further in', { a: { '': 1 } }, 200],
    ['awkward names', { constructor: 1, '\u0000': '\u0000' }, 200],
    ['a name that would not arrive', JSON.parse('{"a":[{"__proto__":{"role":"admin"}}]}'), 400],
  ])('%s: %s', async (_, properties, status) => {
    for (const [what, body] of withProperties(properties)) expect((await search(what, body)).status).toBe(status);
  });

  test('20,000 levels: 400', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const body = JSON.stringify({ ...WHO, context: 0 }).replace('"context":0', `"context":${deep}`);
    expect((await app.call('POST', '/access/v1/search/subject', { body })).status).toBe(400);
  });

  test('a number that is none', async () => {
    const body = JSON.stringify({ ...WHO, context: { n: 0 } }).replace('"n":0', '"n":1e999');
    expect((await app.call('POST', '/access/v1/search/subject', { body })).status).toBe(400);
  });
});

test('400 for properties that do not fit a kind of our own', async () => {
  const action = { name: 'view', properties: { scopes: ['ALL'] } };
  const { status, body } = await search('subject', { ...WHO, action });
  expect({ status, errors: body.errors }).toMatchObject({
    status: 400,
    errors: [{ pointer: '/action/properties/scopes/0' }],
  });
});
