import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, type Answer, type TestApp } from '../support/app.ts';
import { entity, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { catalogApp } from '../support/record.ts';

// To a key that is confined to bc2, what is outside answers as what does not exist: byte for byte, but for the ids.

let app: TestApp;
let key: string;
beforeAll(async () => {
  app = await catalogApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/far', { advertiser_role: 'ADMIN' });
  await put(app, '/v1/ad-accounts/adv1/members/ext', { advertiser_role: 'ADMIN' });
  // @brand is bc1's alone; its switch is off, and it is linked to one of bc2 and to one of nowhere.
  await put(app, '/v1/tiktok-accounts/brand', { handle: '@brand', ad_authorization: false });
  await grant(app, ['LIVE', 'POST']);
  for (const user of ['ext', 'far']) await put(app, `/v1/tiktok-accounts/brand/links/${user}`, { scopes: ['POST'] });
  await put(app, '/v1/business-centers/bc1/members/far', { user_role: 'ADMIN' });
  await put(app, '/v1/entities/user/far', { attributes: { department: 'sales' } });
  // @other is bc2's, and linked as well.
  await grant(app, ['LIVE'], 'bc2', 'other', 'ext');
  for (const user of ['ext', 'far']) await put(app, `/v1/tiktok-accounts/other/links/${user}`, { scopes: ['POST'] });
  ({ key } = await newKey(app, ['check', 'act-as'], ['bc2']));
});
afterAll(async () => app.close());

/** Everything that an answer says, with other ids of the things asked about, and without its own. */
function said({ status, headers, body }: Answer, ids: Record<string, string>): unknown {
  const { 'x-request-id': _request, 'content-length': _length, ...rest } = Object.fromEntries(headers);
  const text = Object.entries(ids).reduce(
    (all, [id, name]) => all.replaceAll(`"${id}"`, `"${name}"`),
    JSON.stringify(body),
  );
  return { status, headers: rest, body: text.replaceAll(/"(id|request_id|revision)":"[0-9a-f.-]+"/g, '"$1":""') };
}

const ACTIONS = [
  'view',
  'assign_member',
  'unassign_member',
  'view_assignments',
  'view_account_history',
  'revoke_grant',
  'view_grants',
  'read_profile',
  'read_public_videos',
  'read_live_videos',
  'create_spark_ad',
  'no_such_action',
];
const SUBJECTS = ['user:ext', 'user:far', 'user:nobody', 'tiktok_account:brand', 'tiktok_account:other', 'usr:ext'];
const PROPERTIES = [
  {},
  { bc_id: 'bc2' },
  { advertiser_id: 'adv1' },
  { advertiser_id: 'adv1', post: { tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true } },
  { bc_id: 'bc2', user_id: 'far', scopes: ['POST'] },
];

/** The same question about what is outside and about what does not exist. */
async function both(path: string, body: object, outside: string, unknown: string, actor?: string): Promise<void> {
  const ask = async (id: string): Promise<unknown> => {
    const text = JSON.stringify(body).replaceAll('"{}"', `"${id}"`);
    const answer = await app.call('POST', `/access/v1/${path}`, {
      key,
      body: text,
      ...(actor !== undefined && { actor }),
    });
    return said(answer, { [id]: '{}' });
  };
  expect(await ask(outside)).toEqual(await ask(unknown));
}

describe.each(ACTIONS)('%s', (name) => {
  const asked = (subject: object, resource: object) =>
    PROPERTIES.map((properties) => ({ subject, action: { name, properties }, resource }));

  test('an account outside', async () => {
    const subjects = [...SUBJECTS.map((subject) => entity(subject)), { type: 'tiktok_account', id: '{}' }];
    const items = subjects.flatMap((subject) => asked(subject, { type: 'tiktok_account', id: '{}' }));
    await both('evaluations', { evaluations: items }, 'brand', 'no-such-account');
    for (const item of items.filter((_, index) => index % 7 === 0)) {
      await both('evaluation', item, 'brand', 'no-such-account');
    }
  });

  test('a user outside', async () => {
    const items = asked({ type: 'user', id: '{}' }, entity('tiktok_account:other'));
    await both('evaluations', { evaluations: items }, 'far', 'no-such-user');
    for (const item of items.slice(2, 4)) {
      await both('evaluation', item, 'far', 'no-such-user');
      await both('search/resource', { ...item, resource: { type: 'tiktok_account' } }, 'far', 'no-such-user');
    }
  });

  test('searches around an account outside', async () => {
    const [item] = asked({ type: 'tiktok_account', id: '{}' }, { type: 'tiktok_account', id: '{}' }).slice(2);
    for (const type of ['user', 'tiktok_account', 'usr']) {
      await both('search/subject', { ...item, subject: { type } }, 'brand', 'no-such-account');
    }
    await both('search/resource', { ...item, resource: { type: 'tiktok_account' } }, 'brand', 'no-such-account');
  });
});

test.each([...SUBJECTS, 'tiktok_account:{}'])('action searches by %s', async (subject) => {
  const account = { subject: entity(subject), resource: { type: 'tiktok_account', id: '{}' } };
  await both('search/action', account, 'brand', 'no-such-account');
  const person = { subject: { type: 'user', id: '{}' }, resource: entity('tiktok_account:other') };
  await both('search/action', person, 'far', 'no-such-user');
});

test('requests of others, whoever asks', async () => {
  const options = { actor: 'user:adm', body: { scopes: ['POST'] } };
  const asked = await app.call('POST', '/v1/business-centers/bc1/access-requests', options);
  const unknown = '01900000-0000-7000-8000-000000000000';
  for (const name of ['approve', 'decline', 'view', 'cancel', 'view_consent', 'no_such_action']) {
    for (const subject of ['user:ext', 'tiktok_account:other']) {
      const body = { subject: entity(subject), action: { name }, resource: { type: 'access_request', id: '{}' } };
      await both('evaluation', body, asked.body.id, unknown);
      await both('search/subject', { ...body, subject: { type: 'user' } }, asked.body.id, unknown);
      await both('search/action', body, asked.body.id, unknown);
    }
  }
});

test('consents: the handle of an account that signs in is told only where its Business Center holds it', async () => {
  const token = await requestToken(app, ['POST'], 'bc2', 'ext');
  const shown = async (account: string, by = key): Promise<unknown> => {
    const answer = await app.call('GET', `/v1/consents/${token}`, { key: by, actor: `tiktok_account:${account}` });
    return said(answer, { [account]: '{}' });
  };
  expect(await shown('brand')).toEqual(await shown('no-such-account'));
  expect(await shown('brand', ADMIN_KEY)).toMatchObject({ body: expect.stringContaining('@brand') });
  expect(await shown('other')).toMatchObject({ body: expect.stringContaining('@other') });
});

test('attributes of users outside', async () => {
  await put(app, '/v1/entities/catalog/sales', { attributes: { department: 'sales' } });
  for (const name of ['read', 'no_such_action']) {
    const body = { subject: { type: 'user', id: '{}' }, action: { name }, resource: entity('catalog:sales') };
    await both('evaluation', body, 'far', 'no-such-user');
    await both('search/resource', { ...body, resource: { type: 'catalog' } }, 'far', 'no-such-user');
    await both('search/action', body, 'far', 'no-such-user');
  }
  const far = { subject: entity('far'), action: { name: 'read' }, resource: entity('catalog:sales') };
  expect((await app.call('POST', '/access/v1/evaluation', { body: far })).body.decision).toBe(true);
});

describe('what counts for it', () => {
  const decides = async (
    subject: string,
    action: string,
    account: string,
    properties = {},
    by = key,
  ): Promise<boolean> => {
    const body = {
      subject: entity(subject),
      action: { name: action, properties },
      resource: entity(`tiktok_account:${account}`),
    };
    return (await app.call('POST', '/access/v1/evaluation', { key: by, body })).body.decision;
  };

  test('no account link, of whomever and whichever account', async () => {
    expect(await decides('ext', 'read_public_videos', 'other', {}, ADMIN_KEY)).toBe(true);
    for (const user of ['ext', 'far']) expect(await decides(user, 'read_public_videos', 'other')).toBe(false);
  });

  test('ownership of an account that its Business Center holds', async () => {
    expect(await decides('tiktok_account:other', 'revoke_grant', 'other', { bc_id: 'bc2' })).toBe(true);
    expect(await decides('tiktok_account:brand', 'revoke_grant', 'brand', { bc_id: 'bc2' })).toBe(false);
  });

  test("a member's role in an ad account of another Business Center", async () => {
    const path = '/v1/business-centers/bc2/tiktok-accounts/other/members/ext';
    await app.call('PUT', path, { actor: 'user:ext', body: { scopes: ['LIVE'] } });
    const live = { advertiser_id: 'adv1', live: { live_id: 'l1' } };
    expect(await decides('ext', 'create_spark_ad', 'other', live)).toBe(true);
  });
});
