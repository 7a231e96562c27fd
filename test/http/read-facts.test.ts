import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';

// Every fact that can be told can be read again, as it is stored, by a key that calls for itself.

let app: TestApp;
let bc2: string;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  for (const account of ['brand', 'other']) await grant(app, ['LIVE', 'POST'], 'bc1', account);
  await grant(app, ['POST'], 'bc2', 'other', 'ext');
  for (const user of ['adm', 'sam']) await assign(app, user, ['POST']);
  await put(app, '/v1/tiktok-accounts/free', { handle: null, showcase: { enabled: true, sources: [] } });
  for (const user of ['una', 'zoe']) {
    await put(app, `/v1/ad-accounts/adv1/members/${user}`, { advertiser_role: 'ANALYST' });
    await put(app, `/v1/tiktok-accounts/brand/links/${user}`, { scopes: ['POST'] });
    await put(app, `/v1/entities/record/${user}`, { attributes: { level: 3, tags: ['a'] } });
  }
  ({ key: bc2 } = await newKey(app, ['relationships', 'audit'], ['bc2', 'bc3']));
});
afterAll(async () => app.close());

const BRAND = { tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'], granted_at: expect.any(String) };
const unknownAccount = { display_name: null, ad_authorization: null, showcase: null };

/** The list, one of it by its key, and the keys of all. */
const FACTS: [list: string, id: string, fact: object, ids: string[]][] = [
  ['/v1/business-centers', 'bc1', { bc_id: 'bc1', name: 'Bright Agency' }, ['bc1', 'bc2']],
  ['/v1/business-centers/bc1/members', 'sam', { bc_id: 'bc1', user_id: 'sam', user_role: 'STANDARD' }, ['adm', 'sam']],
  ['/v1/ad-accounts', 'adv9', { advertiser_id: 'adv9', name: 'Elsewhere', bc_id: null }, ['adv1', 'adv9']],
  [
    '/v1/ad-accounts/adv1/members',
    'una',
    { advertiser_id: 'adv1', user_id: 'una', advertiser_role: 'ANALYST' },
    ['una', 'zoe'],
  ],
  [
    '/v1/tiktok-accounts',
    'free',
    { ...unknownAccount, id: 'free', handle: null, showcase: { enabled: true, sources: [] } },
    ['brand', 'free', 'other'],
  ],
  [
    '/v1/tiktok-accounts/brand/links',
    'zoe',
    { tiktok_account_id: 'brand', user_id: 'zoe', scopes: ['POST'] },
    ['una', 'zoe'],
  ],
  [
    '/v1/business-centers/bc1/tiktok-accounts',
    'brand',
    { ...BRAND, handle: '@brand', display_name: null },
    ['brand', 'other'],
  ],
  [
    '/v1/tiktok-accounts/other/grants',
    'bc2',
    {
      bc_id: 'bc2',
      business_center_name: 'Other Agency',
      scopes: ['POST'],
      granted_at: expect.any(String),
      members: 0,
    },
    ['bc1', 'bc2'],
  ],
  [
    '/v1/business-centers/bc1/tiktok-accounts/brand/members',
    'sam',
    { bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'sam', scopes: ['POST'] },
    ['adm', 'sam'],
  ],
  ['/v1/entities/record', 'una', { type: 'record', id: 'una', attributes: { level: 3, tags: ['a'] } }, ['una', 'zoe']],
];

describe.each(FACTS)('%s', (list, id, fact, ids) => {
  test('one, as it is stored', async () => {
    const { status, body } = await app.call('GET', `${list}/${id}`);
    expect([status, body]).toEqual([200, fact]);
    expect((await app.call('GET', `${list}/nothing`)).status).toBe(404);
  });

  test('all, page by page', async () => {
    const items: object[] = [];
    let cursor = '';
    do {
      const { status, body } = await app.call('GET', `${list}?limit=1${cursor && `&cursor=${cursor}`}`);
      expect([status, body.items.length]).toEqual([200, 1]);
      items.push(...body.items);
      cursor = body.next_cursor ?? '';
    } while (cursor !== '');
    expect(items[ids.indexOf(id)]).toEqual(fact);
    expect(items.map((item) => ids.find((it) => Object.values(item).includes(it)))).toEqual(ids);
  });
});

describe('a confined key', () => {
  const told = async (path: string): Promise<unknown> => {
    const { status, body } = await app.call('GET', path, { key: bc2 });
    const { request_id: _, ...rest } = body;
    return [status, rest];
  };

  // Of bc1, of nobody, unknown: told apart by nothing.
  test.each([
    ['/v1/business-centers/bc1', '/v1/business-centers/nothing', '/v1/business-centers/bc3'],
    ['/v1/business-centers/bc1/members', '/v1/business-centers/nothing/members', '/v1/business-centers/bc3/members'],
    ['/v1/business-centers/bc1/members/sam', '/v1/business-centers/bc2/members/sam'],
    ['/v1/ad-accounts/adv1', '/v1/ad-accounts/adv9', '/v1/ad-accounts/nothing'],
    ['/v1/ad-accounts/adv1/members', '/v1/ad-accounts/adv9/members', '/v1/ad-accounts/nothing/members'],
    ['/v1/ad-accounts/adv1/members/una', '/v1/ad-accounts/nothing/members/una'],
    ['/v1/tiktok-accounts/brand', '/v1/tiktok-accounts/free', '/v1/tiktok-accounts/nothing'],
    ['/v1/tiktok-accounts/brand/links', '/v1/tiktok-accounts/other/links', '/v1/tiktok-accounts/nothing/links'],
    ['/v1/tiktok-accounts/brand/links/una', '/v1/tiktok-accounts/other/links/una'],
    ['/v1/tiktok-accounts/brand/grants', '/v1/tiktok-accounts/nothing/grants'],
    ['/v1/tiktok-accounts/other/grants/bc1', '/v1/tiktok-accounts/nothing/grants/bc1'],
    ['/v1/business-centers/bc1/tiktok-accounts', '/v1/business-centers/nothing/tiktok-accounts'],
    ['/v1/business-centers/bc1/tiktok-accounts/brand', '/v1/business-centers/bc2/tiktok-accounts/brand'],
    ['/v1/business-centers/bc1/tiktok-accounts/brand/members', '/v1/business-centers/bc2/tiktok-accounts/x/members'],
    [
      '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam',
      '/v1/business-centers/bc2/tiktok-accounts/brand/members/sam',
    ],
    ['/v1/entities/record/una', '/v1/entities/record/nothing'],
  ])('%s is as unknown as %s', async (...paths) => {
    const answers = await Promise.all(paths.map(told));
    expect(answers).toEqual(paths.map(() => [404, expect.objectContaining({ code: 'not_found' })]));
    expect(new Set(answers.map((it) => JSON.stringify(it))).size).toBe(1);
  });

  test.each([
    ['/v1/business-centers', ['bc2']],
    ['/v1/business-centers/bc2/members', ['ext']],
    ['/v1/ad-accounts', []],
    ['/v1/tiktok-accounts', ['other']],
    ['/v1/business-centers/bc2/tiktok-accounts', ['other']],
    ['/v1/tiktok-accounts/other/grants', ['bc2']],
    ['/v1/business-centers/bc2/tiktok-accounts/other/members', []],
  ])('%s holds %j', async (list, ids) => {
    const { status, body } = await app.call('GET', list, { key: bc2 });
    const keys = ['user_id', 'advertiser_id', 'tiktok_account_id', 'id', 'bc_id'];
    expect(status).toBe(200);
    expect(body.items.map((item: Record<string, string>) => item[keys.find((it) => it in item) ?? ''])).toEqual(ids);
  });

  test('reads an ad account once it is of its own, and an account no longer once its grant is revoked', async () => {
    await put(app, '/v1/ad-accounts/adv2', { name: 'Moves', bc_id: 'bc1' });
    await grant(app, ['POST'], 'bc2', 'free', 'ext');
    const both = async (): Promise<number[]> => {
      const paths = ['/v1/ad-accounts/adv2', '/v1/tiktok-accounts/free'];
      const answers = await Promise.all(paths.map(async (path) => app.call('GET', path, { key: bc2 })));
      return answers.map(({ status }) => status);
    };
    expect(await both()).toEqual([404, 200]);
    await put(app, '/v1/ad-accounts/adv2', { bc_id: 'bc2' });
    await app.call('DELETE', '/v1/tiktok-accounts/free/grants/bc2', { actor: 'tiktok_account:free' });
    expect(await both()).toEqual([200, 404]);
  });
});

test('people read what the policies let them see, a key for itself the facts', async () => {
  const path = '/v1/business-centers/bc1/tiktok-accounts';
  const seen = async (actor?: string) =>
    (await app.call('GET', path, actor === undefined ? {} : { actor })).body.items.map(
      (item: { tiktok_account_id: string }) => item.tiktok_account_id,
    );
  expect(await seen('user:sam')).toEqual(['brand']);
  expect(await seen()).toEqual(['brand', 'other']);
});
