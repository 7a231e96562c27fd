import { InvalidArgumentError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity as entityOfCommand } from '../../src/cli/entity.ts';
import { testApp, type Answer, type CallOptions, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { overHttp, type OverHttp } from '../support/over-http.ts';
import { signInAs } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

// One schema says what an id is, wherever one stands; and whatever is one can be addressed by its path.

let app: TestApp;
let http: OverHttp;
beforeAll(async () => {
  app = await testApp();
  http = await overHttp(app);
  await standardWorld(app);
});
afterAll(async () => {
  await http.close();
  await app.close();
});

const part = encodeURIComponent;
const actor = (type: 'user' | 'tiktok_account', id: string): string => part(`${type}:${id}`);

const AWKWARD = [
  'a/b',
  'a/../b',
  '50%',
  'a%41',
  '%2e%2e',
  'a?b',
  'a#b',
  'a +b',
  'a\\b',
  '..;',
  'a:b',
  "o'hara",
  '...',
  'members',
  '__proto__',
  '李雷',
  '👩‍👩‍👧‍👦',
  '👍'.repeat(128),
];

test.each(AWKWARD)('%j works wherever an id stands, and can be removed again', async (id) => {
  const [at, user, owner] = [part(id), actor('user', id), actor('tiktok_account', id)];
  const bc = `/v1/business-centers/${at}`;
  const send = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const answer = await http.send(method, path, options);
    expect([method, path, answer.status, answer.body]).toEqual([method, path, expect.toSatisfy(isFine), answer.body]);
    return answer;
  };
  await send('PUT', bc, { body: { name: 'Center' } });
  await send('PUT', `${bc}/members/${at}`, { body: { user_role: 'ADMIN' } });
  await send('PUT', `/v1/ad-accounts/${at}`, { body: { name: 'Ads', bc_id: id } });
  await send('PUT', `/v1/ad-accounts/${at}/members/${at}`, { body: { advertiser_role: 'OPERATOR' } });
  await send('PUT', `/v1/users/${at}`, { body: { display_name: 'Name' } });
  await send('PUT', `/v1/tiktok-accounts/${at}`, { body: { handle: 'handle' } });
  await send('PUT', `/v1/tiktok-accounts/${at}/links/${at}`, { body: { scopes: ['LIVE'] } });
  await send('PUT', `/v1/entities/${at}/${at}`, { body: { attributes: { of: id } } });
  expect((await send('GET', `/v1/entities/${at}`)).body.items).toEqual([{ type: id, id, attributes: { of: id } }]);

  const asked = { scopes: ['POST'], tiktok_account_id: id };
  const { body: request } = await send('POST', `${bc}/access-requests`, { actor: user, body: asked });
  expect(request).toMatchObject({ bc_id: id, tiktok_account_id: id, requested_by: id });
  const token = request.consent_url.split('/').at(-1);
  await send('POST', `/v1/consents/${token}/approve`, { actor: owner });
  const accounts = (await send('GET', `${bc}/tiktok-accounts`, { actor: user })).body.items;
  expect(accounts).toMatchObject([{ tiktok_account_id: id }]);
  await send('PUT', `${bc}/tiktok-accounts/${at}/members/${at}`, { actor: user, body: { scopes: ['POST'] } });
  const assigned = (await send('GET', `${bc}/tiktok-accounts/${at}/members`, { actor: user })).body.items;
  expect(assigned).toEqual([{ bc_id: id, tiktok_account_id: id, user_id: id, scopes: ['POST'] }]);

  const properties = { advertiser_id: id, bc_id: id };
  const check = {
    subject: { type: 'user', id },
    action: { name: 'create_spark_ad', properties },
    resource: { type: 'tiktok_account', id },
  };
  expect((await send('POST', '/access/v1/evaluation', { body: check })).body.decision).toBe(true);
  const found = await send('POST', '/access/v1/search/resource', {
    body: { ...check, resource: { type: 'tiktok_account' } },
  });
  expect(found.body.results).toEqual([{ type: 'tiktok_account', id }]);
  expect((await send('GET', `/v1/audit?limit=200&bc_id=${at}`)).body.items.length).toBeGreaterThan(3);

  await send('DELETE', `${bc}/tiktok-accounts/${at}/members/${at}`, { actor: user });
  expect((await send('GET', `${bc}/tiktok-accounts/${at}/members`, { actor: user })).body.items).toEqual([]);
  const grants = (await send('GET', `/v1/tiktok-accounts/${at}/grants`, { actor: owner })).body.items;
  expect(grants).toMatchObject([{ bc_id: id }]);
  await send('DELETE', `/v1/tiktok-accounts/${at}/grants/${at}`, { actor: owner });
  await send('DELETE', `/v1/tiktok-accounts/${at}/links/${at}`);
  await send('DELETE', `/v1/entities/${at}/${at}`);
  await send('DELETE', `/v1/ad-accounts/${at}/members/${at}`);
  await send('DELETE', `${bc}/members/${at}`);
  expect((await send('POST', '/access/v1/evaluation', { body: check })).body.decision).toBe(false);
});

const isFine = (status: number): boolean => status >= 200 && status < 300;

const ON_PAGES = ['a/b', 'a/../b', '50%', 'a%41', 'a?b', 'a#b', '"a"', "o'hara", '<b>', '👍'.repeat(128)];

test.each(ON_PAGES)(
  'what was imported as %j is removed by its path, and a page of the console leads to it',
  async (id) => {
    const lines = [
      { type: 'member', bc_id: 'bc1', user_id: id, user_role: 'ADMIN' },
      { type: 'tiktok_account', id, handle: 'handle' },
      { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: id, scopes: ['POST'] },
      { type: 'assignment', bc_id: 'bc1', tiktok_account_id: id, user_id: id, scopes: ['POST'] },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    expect((await http.send('POST', '/v1/relationships/import', { body })).status).toBe(200);
    const browser = await signInAs(app, 'user:adm');
    const opened = async (target: string): Promise<string> => {
      const { status, body: page } = await http.send('GET', target, { key: null, headers: { Cookie: browser.cookie } });
      expect([target, status]).toEqual([target, 200]);
      return page;
    };
    const at = `/console/bc1/tiktok-accounts/${part(id)}`;
    expect(await opened('/console/bc1/tiktok-accounts')).toContain(`href="${inHtml(at)}"`);
    await opened(at);
    expect(await opened(`${at}/members`)).toContain(inHtml(`${at}/members/${part(id)}`));
    await opened(`${at}/members/${part(id)}`);
    const unassign = `/v1/business-centers/bc1/tiktok-accounts/${part(id)}/members/${part(id)}`;
    expect((await http.send('DELETE', unassign, { actor: 'user:adm' })).status).toBe(204);
    const revoke = `/v1/business-centers/bc1/tiktok-accounts/${part(id)}`;
    expect((await http.send('DELETE', revoke, { actor: 'user:adm' })).status).toBe(200);
    expect((await http.send('DELETE', `/v1/business-centers/bc1/members/${part(id)}`)).status).toBe(204);
  },
);

const inHtml = (address: string): string => address.replaceAll("'", '&#39;');

const NONE = [
  '.',
  '..',
  ' a',
  'a ',
  ' ',
  '\u00A0a',
  'a\u2003',
  'a\u3000',
  'a\u2028',
  '\uFEFFa',
  'a\u200B',
  '\u202Ea',
  'a\u0000b',
  'a\u0085b',
  'a\u007F',
  'a\uFFFD',
  'x'.repeat(129),
  '👍'.repeat(129),
];

/** How a place takes what is no id. */
type Place = (id: string) => Promise<Answer>;

const evaluation = async (change: object): Promise<Answer> => {
  const sound = {
    subject: { type: 'user', id: 'sam' },
    action: { name: 'view' },
    resource: { type: 'tiktok_account', id: 'brand' },
  };
  return http.send('POST', '/access/v1/evaluation', { body: { ...sound, ...change } });
};
const property = async (properties: object): Promise<Answer> => evaluation({ action: { name: 'view', properties } });
const line = async (fact: object): Promise<Answer> =>
  http.send('POST', '/v1/relationships/import', { body: JSON.stringify(fact) });

const PLACES: Record<string, Place> = {
  'subject.id': async (id) => evaluation({ subject: { type: 'user', id } }),
  'subject.type': async (type) => evaluation({ subject: { type, id: 'sam' } }),
  'resource.id': async (id) => evaluation({ resource: { type: 'tiktok_account', id } }),
  'resource.type': async (type) => evaluation({ resource: { type, id: 'brand' } }),
  'subject.type of a search': async (type) =>
    http.send('POST', '/access/v1/search/subject', {
      body: { subject: { type }, action: { name: 'view' }, resource: { type: 'tiktok_account', id: 'brand' } },
    }),
  'resource.id of a search': async (id) =>
    http.send('POST', '/access/v1/search/action', {
      body: { subject: { type: 'user', id: 'sam' }, resource: { type: 'tiktok_account', id } },
    }),
  'the property advertiser_id': async (id) => property({ advertiser_id: id }),
  'the property bc_id': async (id) => property({ bc_id: id }),
  'the property user_id': async (id) => property({ user_id: id }),
  'the property post.tiktok_account_id': async (id) => property({ post: { tiktok_account_id: id } }),
  'the property post.item_id': async (id) => property({ post: { item_id: id } }),
  'the property live.live_id': async (id) => property({ live: { live_id: id } }),
  'X-Actor of a user': async (id) => http.send('GET', '/v1/tiktok-accounts/brand/grants', { actor: actor('user', id) }),
  'X-Actor of an account': async (id) =>
    http.send('GET', '/v1/tiktok-accounts/brand/grants', { actor: actor('tiktok_account', id) }),
  'bc_id of an ad account': async (id) => http.send('PUT', '/v1/ad-accounts/x', { body: { name: 'x', bc_id: id } }),
  'tiktok_account_id of a request': async (id) =>
    http.send('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body: { scopes: ['POST'], tiktok_account_id: id },
    }),
  'bc_ids of a key': async (id) =>
    http.send('POST', '/v1/api-keys', { body: { name: 'x', permissions: ['check'], bc_ids: ['bc1', id] } }),
  'shop_id of a showcase': async (id) =>
    http.send('PUT', '/v1/tiktok-accounts/x', {
      body: { handle: 'x', showcase: { enabled: true, sources: [{ shop_id: id, products: 'ALL' }] } },
    }),
  'bc_id of a query': async (id) => http.send('GET', `/v1/audit?bc_id=${part(id)}`),
  'a line: business_center': async (id) => line({ type: 'business_center', bc_id: id, name: 'x' }),
  'a line: member of': async (id) => line({ type: 'member', bc_id: id, user_id: 'sam', user_role: 'ADMIN' }),
  'a line: member': async (id) => line({ type: 'member', bc_id: 'bc1', user_id: id, user_role: 'ADMIN' }),
  'a line: ad_account': async (id) => line({ type: 'ad_account', advertiser_id: id, name: 'x' }),
  'a line: ad_account_member': async (id) =>
    line({ type: 'ad_account_member', advertiser_id: 'adv1', user_id: id, advertiser_role: 'ADMIN' }),
  'a line: tiktok_account': async (id) => line({ type: 'tiktok_account', id, handle: 'x' }),
  'a line: user': async (id) => line({ type: 'user', id, display_name: 'x' }),
  'a line: account_link': async (id) =>
    line({ type: 'account_link', tiktok_account_id: 'brand', user_id: id, scopes: ['POST'] }),
  'a line: account_grant': async (id) =>
    line({ type: 'account_grant', bc_id: 'bc1', tiktok_account_id: id, scopes: ['POST'] }),
  'a line: assignment': async (id) =>
    line({ type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: id, scopes: ['POST'] }),
};

describe.each(Object.entries(PLACES))('what is no id, as %s', (_, place) => {
  test('400 that names the place', async () => {
    for (const id of NONE) {
      const { status, body } = await place(id);
      expect([id, status, body.errors?.length]).toEqual([id, 400, 1]);
      expect(body.errors[0].message).toMatch(/must (?:not )?(?:be|have|begin)/);
    }
  });
});

test('400 for half a character, however it is written', async () => {
  for (const half of ['\\ud800', '\\udc00', 'a\\ud800b']) {
    const body = `{"subject":{"type":"user","id":"${half}"},"action":{"name":"view"},"resource":{"type":"tiktok_account","id":"brand"}}`;
    expect((await http.send('POST', '/access/v1/evaluation', { body })).status).toBe(400);
  }
});

test('400 for what is no id in any path of /v1', async () => {
  const { body: document } = await app.call('GET', '/openapi.json', { key: null });
  const IDS = /\{(?:bc_id|user_id|advertiser_id|type|id)\}/g;
  let tried = 0;
  for (const [path, operations] of Object.entries<Record<string, { requestBody?: object }>>(document.paths)) {
    if (!path.startsWith('/v1/')) continue;
    for (const [method, { requestBody }] of Object.entries(operations)) {
      for (const wrong of path.match(IDS) ?? []) {
        for (const id of NONE) {
          const target = path.replace(wrong, part(id)).replaceAll(/\{\w+\}/g, 'x');
          const options = { actor: 'user:adm', ...(requestBody && { body: {} }) };
          const answer = await http.send(method.toUpperCase(), target, options);
          expect([method, target, answer.status, answer.body.code]).toEqual([method, target, 400, 'invalid_request']);
          tried += 1;
        }
      }
    }
  }
  expect(tried).toBeGreaterThan(500);
});

test('404 for what is no id in the path of a page', async () => {
  const [adm, brand] = await Promise.all([signInAs(app, 'user:adm'), signInAs(app, 'tiktok_account:brand')]);
  const Cookie = `${adm.cookie}; ${brand.cookie}`;
  for (const id of NONE.filter((it) => !/^\.+$/.test(it))) {
    for (const path of [
      `/console/${part(id)}/tiktok-accounts`,
      `/console/bc1/tiktok-accounts/${part(id)}`,
      `/console/bc1/ad-accounts/${part(id)}`,
      `/my-account/grants/${part(id)}`,
    ]) {
      expect([path, (await http.send('GET', path, { key: null, headers: { Cookie } })).status]).toEqual([path, 404]);
    }
  }
});

test('what an earlier version stored under such an id stays listed, decides nothing, and can be ended', async () => {
  await sql(
    app,
    `insert into member (bc_id, user_id, user_role, valid_from, begun_by, begun_write)
     select 'bc2', id, 'ADMIN', now(), 'user:ext', uuidv7() from unnest(array[' old', '..']) as id`,
  );
  const members = async (): Promise<string> => {
    const { cookie } = await signInAs(app, 'user:ext');
    const { status, body } = await http.send('GET', '/console/bc2/members', { key: null, headers: { Cookie: cookie } });
    expect(status).toBe(200);
    return body;
  };
  expect(await members()).toMatch(/<bdi class="name"> old<\/bdi>[^]*<bdi class="name">\.\.<\/bdi>/);
  expect((await evaluation({ subject: { type: 'user', id: ' old' } })).status).toBe(400);
  const end = `update member set valid_to = now(), ended_by = 'operator' where valid_to is null and user_id = any($1)`;
  await sql(app, end, [[' old', '..']]);
  expect(await members()).not.toMatch(/<bdi class="name">(?: old|\.\.)</);
});

test('the command line takes ids alike', () => {
  expect(entityOfCommand('user:a:b')).toEqual({ type: 'user', id: 'a:b' });
  for (const id of NONE) expect(() => entityOfCommand(`user:${id}`)).toThrow(InvalidArgumentError);
  for (const text of ['sam', ':sam', 'user:', ' user:sam'])
    expect(() => entityOfCommand(text)).toThrow('takes type:id');
});
