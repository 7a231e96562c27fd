import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { P1, world } from '../support/world.ts';

const BRAND = 'tiktok_account:brand';
const BC1 = 'business_center:bc1';
const denies = async (app: TestApp, who: string, action: string, properties = {}, what = BRAND): Promise<string> =>
  decision(app, who, action, what, properties);
const adOf = (post: object) => ({ advertiser_id: 'adv1', post });

describe('every condition that is missing is named, and nothing else', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
    await standardWorld(app);
    await put(app, '/v1/tiktok-accounts/off', { handle: '@off', ad_authorization: false });
  });
  afterAll(async () => app.close());

  test('nothing is there yet: the grant, the assignment and the role', async () => {
    expect(await denies(app, 'sam', 'create_spark_ad', adOf(P1))).toBe(
      'DENY NO_GRANT NO_ASSIGNMENT ADVERTISER_ROLE_INSUFFICIENT',
    );
  });

  test('a stranger lacks the membership as well', async () => {
    expect(await denies(app, 'nobody', 'read_profile')).toBe(
      'DENY NO_GRANT NOT_A_MEMBER NO_ASSIGNMENT UNKNOWN_SUBJECT',
    );
  });

  test("a post of another account, hidden and switched off: the post's faults beside one's own", async () => {
    const post = { ...P1, tiktok_account_id: 'other', visibility: 'FRIENDS', ad_authorization: false };
    expect(await denies(app, 'sam', 'create_spark_ad', adOf(post))).toBe(
      'DENY NO_GRANT NO_ASSIGNMENT ADVERTISER_ROLE_INSUFFICIENT AD_AUTHORIZATION_OFF POST_NOT_PUBLIC POST_OF_ANOTHER_ACCOUNT',
    );
  });

  test('an ad account that is not named is a missing fact, not a missing role', async () => {
    expect(await denies(app, 'sam', 'create_spark_ad', { post: P1 })).toBe('DENY NO_GRANT NO_ASSIGNMENT MISSING_FACT');
  });

  test("the account's own switch, known to be off, hinders its posts but not the question at all", async () => {
    const post = { ...P1, tiktok_account_id: 'off' };
    const missing = 'DENY NO_GRANT NO_ASSIGNMENT ADVERTISER_ROLE_INSUFFICIENT';
    const off = 'tiktok_account:off';
    expect(await denies(app, 'sam', 'create_spark_ad', adOf(post), off)).toBe(`${missing} AD_AUTHORIZATION_OFF`);
    expect(await denies(app, 'sam', 'create_spark_ad', { advertiser_id: 'adv1' }, off)).toBe(missing);
  });

  test('a revoked grant is told of, whatever other Business Centers one belongs to', async () => {
    await put(app, '/v1/business-centers/bc0', { name: 'Elsewhere' });
    for (const bc of ['bc0', 'bc1', 'bc2']) {
      await put(app, `/v1/business-centers/${bc}/members/multi`, { user_role: 'STANDARD' });
    }
    await put(app, '/v1/tiktok-accounts/once', { handle: '@once' });
    const token = await requestToken(app, ['POST']);
    const owner = 'tiktok_account:once';
    await app.call('POST', `/v1/consents/${token}/approve`, { actor: owner });
    await app.call('DELETE', '/v1/tiktok-accounts/once/grants/bc1', { actor: owner });
    expect(await denies(app, 'multi', 'read_profile', {}, owner)).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
  });

  test('by several paths: all that one of them lacks, and the role that none can do without', async () => {
    await put(app, '/v1/tiktok-accounts/shared', { handle: '@shared' });
    for (const [bc, role] of [
      ['bc3', 'ADMIN'],
      ['bc4', 'STANDARD'],
      ['bc5', 'STANDARD'],
    ] as const) {
      await put(app, `/v1/business-centers/${bc}`, { name: bc });
      await put(app, `/v1/business-centers/${bc}/members/adm-${bc}`, { user_role: 'ADMIN' });
      await put(app, `/v1/business-centers/${bc}/members/many`, { user_role: role });
      await grant(app, ['LIVE'], bc, 'shared', `adm-${bc}`);
    }
    const path = '/v1/business-centers/bc4/tiktok-accounts/shared/members/many';
    await app.call('PUT', path, { actor: 'user:adm-bc4', body: { scopes: ['LIVE'] } });
    await put(app, '/v1/tiktok-accounts/shared/links/many', { scopes: ['LIVE'] });
    const ask = async (properties: object) =>
      denies(app, 'many', 'create_spark_ad', { advertiser_id: 'adv1', ...properties }, 'tiktok_account:shared');
    const unassigned = 'DENY NO_ASSIGNMENT SCOPE_NOT_GRANTED ADVERTISER_ROLE_INSUFFICIENT';
    expect(await ask({ bc_id: 'bc3' })).toBe(unassigned);
    expect(await ask({ bc_id: 'bc4' })).toBe('DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED ADVERTISER_ROLE_INSUFFICIENT');
    expect([unassigned, await ask({ bc_id: 'bc4' })]).toContain(await ask({}));
    expect(await ask({ live: { live_id: 'l1' } })).toBe('DENY ADVERTISER_ROLE_INSUFFICIENT');
  });

  test('whom to assign is a missing fact as long as no Business Center is named', async () => {
    const asked = { user_id: 'sam', scopes: ['POST'] };
    expect(await denies(app, 'adm', 'assign_member', asked)).toBe('DENY NO_GRANT MISSING_FACT');
  });

  test('what no policy and no store knows', async () => {
    expect(await denies(app, 'sam', 'delete_account')).toBe('DENY UNKNOWN_ACTION');
    expect(await denies(app, 'sam', 'view', {}, 'tiktok_account:nobody')).toBe('DENY UNKNOWN_RESOURCE');
    expect(await denies(app, 'sam', 'view', {}, 'warehouse:1')).toBe('DENY UNKNOWN_RESOURCE');
    expect(await denies(app, 'sam', 'decide', {}, 'sparkgate_service:sparkgate')).toBe('DENY UNKNOWN_RESOURCE');
  });

  test("in a Business Center: a member's role, and no scopes", async () => {
    expect(await denies(app, 'sam', 'request_account_access', { scopes: [] }, BC1)).toBe(
      'DENY NOT_AN_ADMIN MISSING_FACT',
    );
    expect(await denies(app, 'adm', 'request_account_access', { scopes: [] }, BC1)).toBe('DENY MISSING_FACT');
    expect(await denies(app, BRAND, 'view_access_requests', {}, BC1)).toBe('DENY NOT_A_MEMBER NOT_AN_ADMIN');
  });

  test("whom to assign: no member, and more scopes than the grant's", async () => {
    const assignee = { bc_id: 'bc1', user_id: 'ext', scopes: ['LIVE'] };
    expect(await denies(app, 'adm', 'assign_member', assignee)).toBe('DENY NO_GRANT NOT_A_MEMBER');
    expect(await denies(app, 'sam', 'unassign_member', { bc_id: 'bc1' })).toBe('DENY NO_GRANT NOT_AN_ADMIN');
  });

  test('an access request: who may answer it, and whether it still can be', async () => {
    const request = async (action: string, who = BRAND): Promise<string> => {
      const { body } = await app.call('GET', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm' });
      return denies(app, who, action, {}, `access_request:${body.items.at(-1).id}`);
    };
    const token = await requestToken(app, ['POST']);
    expect(await request('approve')).toBe('ALLOW via OWNER');
    expect(await request('approve', 'adm')).toBe('DENY NOT_THE_OWNER');
    expect(await request('cancel', 'sam')).toBe('DENY NOT_AN_ADMIN');
    await app.call('POST', `/v1/consents/${token}/decline`, { actor: BRAND });
    expect(await request('approve')).toBe('DENY REQUEST_NOT_PENDING');
    expect(await request('cancel', 'sam')).toBe('DENY NOT_AN_ADMIN REQUEST_NOT_PENDING');
  });

  test('the owner is told apart from other accounts', async () => {
    expect(await denies(app, BRAND, 'view_grants')).toBe('ALLOW via OWNER');
    expect(await denies(app, 'tiktok_account:other', 'view_grants')).toBe('DENY NOT_THE_OWNER');
    expect(await denies(app, 'sam', 'view_grants')).toBe('DENY NOT_THE_OWNER');
  });
});

describe('the path of an ALLOW', () => {
  const MIXED = {
    granted: ['LIVE'],
    assigned: { sam: ['LIVE'] },
    linked: { sam: ['POST', 'LIVE'] },
    roles: { 'sam@adv1': 'OPERATOR' },
  };

  test('is the one that satisfies the rule; where both do, the one that the Business Center controls', async () => {
    const app = await world(MIXED);
    expect(await denies(app, 'sam', 'read_public_videos')).toBe('ALLOW via ACCOUNT_LINK');
    expect(await denies(app, 'sam', 'create_spark_ad', adOf(P1))).toBe('ALLOW via ACCOUNT_LINK');
    expect(await denies(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });

  test("naming a Business Center allows that one's path alone", async () => {
    const app = await world(MIXED);
    const scopes = 'SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED';
    expect(await denies(app, 'sam', 'read_public_videos', { bc_id: 'bc1' })).toBe(`DENY ${scopes}`);
    expect(await denies(app, 'sam', 'read_live_videos', { bc_id: 'bc1' })).toBe('ALLOW via BUSINESS_CENTER');
    expect(await denies(app, 'sam', 'read_live_videos', { bc_id: 'bc2' })).toBe(
      'DENY NO_GRANT NOT_A_MEMBER NO_ASSIGNMENT',
    );
  });

  test('half a condition from one and half from another is DENY', async () => {
    const app = await world({ granted: ['POST', 'LIVE'], assigned: { sam: ['LIVE'] } });
    await put(app, '/v1/business-centers/bc2/members/sam', { user_role: 'STANDARD' });
    const token = await requestToken(app, ['LIVE'], 'bc2', 'ext');
    await app.call('POST', `/v1/consents/${token}/approve`, { actor: BRAND });
    await assign(app, 'sam', ['LIVE'], 'bc2', 'ext');
    expect(await denies(app, 'sam', 'read_public_videos')).toBe('DENY SCOPE_NOT_ASSIGNED');
    expect(await denies(app, 'sam', 'read_public_videos', { bc_id: 'bc2' })).toBe(
      'DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED',
    );
  });
});
