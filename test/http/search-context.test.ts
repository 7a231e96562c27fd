import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { entity, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { catalogApp } from '../support/record.ts';

// An empty list says why nothing could be found, where that hangs on what was asked.

let app: TestApp;
beforeAll(async () => {
  app = await catalogApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'ANALYST' });
  await put(app, '/v1/tiktok-accounts/off', { handle: '@off', ad_authorization: false });
  await put(app, '/v1/entities/catalog/c1', { attributes: { department: 'sales' } });
  await grant(app, ['POST']);
});
afterAll(async () => app.close());

const brand = entity('tiktok_account:brand');
const accounts = { type: 'tiktok_account' };
const users = { type: 'user' };
const POST = { tiktok_account_id: 'brand', visibility: 'PUBLIC', ad_authorization: true };

/** What was found, or the reasons by code and pointer. */
async function asks(what: 'subject' | 'resource' | 'action', body: object): Promise<unknown> {
  const answer = await app.call('POST', `/access/v1/search/${what}`, { body });
  expect(answer.status).toBe(200);
  const { results, context } = answer.body;
  if (results.length > 0) return { results: results.length, ...(context && { context }) };
  if (!context) return 'nothing';
  return context.reasons
    .map(({ code, message, pointer }: { code: string; message: string; pointer?: string }) => {
      if (pointer !== undefined) expect(message).toContain(pointer);
      return pointer === undefined ? code : `${code} ${pointer}`;
    })
    .join(', ');
}

const ADVERTISER = 'MISSING_FACT /action/properties/advertiser_id';
const action = (name: string, properties = {}) => ({ name, properties });
const spark = (properties = {}) => action('create_spark_ad', properties);

describe('resources', () => {
  test.each<[string, string, object, object, string]>([
    ['an unknown action', 'sam', action('no_such_action'), accounts, 'UNKNOWN_ACTION'],
    ['an unknown type', 'sam', action('view'), { type: 'warehouse' }, 'UNKNOWN_RESOURCE'],
    ['a type of this service', 'sam', action('decide'), { type: 'sparkgate_service' }, 'UNKNOWN_RESOURCE'],
    ['an unknown user', 'nobody', action('view'), accounts, 'UNKNOWN_SUBJECT'],
    ['an unknown owner', 'tiktok_account:nobody', action('view_grants'), accounts, 'UNKNOWN_SUBJECT'],
    ['an unknown type of subject', 'usr:sam', action('view'), accounts, 'UNKNOWN_SUBJECT'],
    ['all of them', 'usr:sam', action('no_such_action'), accounts, 'UNKNOWN_ACTION, UNKNOWN_SUBJECT'],
    ['no ad account', 'sam', spark(), accounts, ADVERTISER],
    [
      'an ad account where the role does not suffice',
      'sam',
      spark({ advertiser_id: 'adv1' }),
      accounts,
      'ADVERTISER_ROLE_INSUFFICIENT',
    ],
    [
      'a post that is not public',
      'sam',
      spark({ post: { ...POST, visibility: 'FRIENDS' } }),
      accounts,
      `POST_NOT_PUBLIC, ${ADVERTISER}`,
    ],
    [
      'a post of which little is said',
      'sam',
      spark({ advertiser_id: 'adv1', post: { tiktok_account_id: 'brand' } }),
      accounts,
      'ADVERTISER_ROLE_INSUFFICIENT, MISSING_FACT /action/properties/post/visibility, MISSING_FACT /action/properties/post/ad_authorization',
    ],
    [
      'somebody to assign, but not where',
      'adm',
      action('assign_member', { user_id: 'sam' }),
      accounts,
      'MISSING_FACT /action/properties/bc_id',
    ],
    ['nothing that could be named', 'sam', action('view'), accounts, 'nothing'],
    [
      'an attribute that a rule looks at',
      'sam',
      action('read'),
      { type: 'catalog' },
      'MISSING_FACT /subject/properties/department',
    ],
  ])('%s', async (_, subject, name, resource, expected) => {
    expect(await asks('resource', { subject: entity(subject), action: name, resource })).toBe(expected);
  });

  test('with what was missing there is something to find, and no context', async () => {
    const named = action('assign_member', { user_id: 'sam', bc_id: 'bc1' });
    expect(await asks('resource', { subject: entity('adm'), action: named, resource: accounts })).toEqual({
      results: 1,
    });
  });
});

describe('subjects', () => {
  test.each<[string, object, object, object, string]>([
    ['an unknown action', users, action('no_such_action'), brand, 'UNKNOWN_ACTION'],
    ['an unknown type', { type: 'usr' }, action('view'), brand, 'UNKNOWN_SUBJECT'],
    ['an unknown account', users, action('view'), entity('tiktok_account:nobody'), 'UNKNOWN_RESOURCE'],
    ['no ad account', users, spark(), brand, ADVERTISER],
    [
      'a post of another account',
      users,
      spark({ advertiser_id: 'adv1', post: { ...POST, tiktok_account_id: 'other' } }),
      brand,
      'POST_OF_ANOTHER_ACCOUNT',
    ],
    [
      "the account's switch",
      users,
      spark({ advertiser_id: 'adv1', post: { ...POST, tiktok_account_id: 'off' } }),
      entity('tiktok_account:off'),
      'AD_AUTHORIZATION_OFF',
    ],
    [
      'no scope at all',
      users,
      action('assign_member', { scopes: [] }),
      brand,
      'MISSING_FACT /action/properties/scopes',
    ],
    ['an attribute of the resource', users, action('read'), entity('catalog:none'), 'UNKNOWN_RESOURCE'],
    ['who simply may not', users, action('read_live_videos'), brand, 'nothing'],
  ])('%s', async (_, subject, name, resource, expected) => {
    expect(await asks('subject', { subject, action: name, resource })).toBe(expected);
  });
});

describe('actions', () => {
  test.each<[string, string, string]>([
    ['nobody', 'tiktok_account:brand', 'UNKNOWN_SUBJECT'],
    ['usr:sam', 'tiktok_account:brand', 'UNKNOWN_SUBJECT'],
    ['sam', 'tiktok_account:nobody', 'UNKNOWN_RESOURCE'],
    ['nobody', 'tiktok_account:nobody', 'UNKNOWN_RESOURCE, UNKNOWN_SUBJECT'],
    ['sam', 'warehouse:1', 'UNKNOWN_RESOURCE'],
    ['sam', 'tiktok_account:brand', 'nothing'],
  ])('of %s on %s', async (subject, resource, expected) => {
    expect(await asks('action', { subject: entity(subject), resource: entity(resource) })).toBe(expected);
  });
});

test('only the first page of what is empty says why', async () => {
  const body = { subject: entity('adm'), action: action('view'), resource: accounts, page: { limit: 1 } };
  expect(await asks('resource', body)).toEqual({ results: 1 });
});

test('an access request that names no account is found by no search, whoever asks; one that names it is', async () => {
  const path = '/v1/business-centers/bc1/access-requests';
  await requestToken(app, ['POST']);
  const body = { scopes: ['LIVE'], tiktok_account_id: 'other' };
  const named = (await app.call('POST', path, { actor: 'user:adm', body })).body.id;
  const found = async (subject: string, name: string): Promise<unknown> => {
    const asked = { subject: entity(subject), action: { name }, resource: { type: 'access_request' } };
    return (await app.call('POST', '/access/v1/search/resource', { body: asked })).body.results;
  };
  const one = [{ type: 'access_request', id: named }];
  for (const name of ['approve', 'decline', 'view_consent']) {
    expect(await found('tiktok_account:other', name)).toEqual(one);
    expect(await found('tiktok_account:brand', name)).toEqual([]);
  }
  expect(await found('adm', 'cancel')).toEqual(one);
  // That one was approved, so it names who did.
  expect(await found('adm', 'view')).toHaveLength(2);
  expect((await app.call('GET', path, { actor: 'user:adm' })).body.items).toHaveLength(3);
});
