import { expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { assign, decision, grant, requestToken, tokenOf } from '../support/cast.ts';
import { inWords, outcome, withoutRequestId } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { P1, world } from '../support/world.ts';

const CASE_1 = { granted: ['POST'], assigned: { sam: ['POST'] }, roles: { 'sam@adv1': 'OPERATOR' } };
const BRAND = 'tiktok_account:brand';
const MEMBERS = '/v1/business-centers/bc1/tiktok-accounts/brand/members';
const REQUESTS = '/v1/business-centers/bc1/access-requests';

const ad = async (app: TestApp, user: string, post: object | null = P1, adAccount = 'adv1'): Promise<string> =>
  decision(app, user, 'create_spark_ad', BRAND, { advertiser_id: adAccount, ...(post && { post }) });
const may = async (app: TestApp, user: string, action: string): Promise<string> => decision(app, user, action);
const approve = async (app: TestApp, token: string, actor = BRAND) =>
  app.call('POST', `/v1/consents/${token}/approve`, { actor });
const revoke = async (app: TestApp): Promise<string> =>
  outcome(app, 'DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: BRAND });

test('1. ALLOW: sam is assigned POST and is OPERATOR there', async () => {
  expect(await ad(await world(CASE_1), 'sam')).toBe('ALLOW via BUSINESS_CENTER');
});

test('2. ALLOW: an administrator with an assignment, ADMIN of the ad account', async () => {
  const app = await world({ granted: ['POST'], assigned: { adm: ['POST'] }, roles: { 'adm@adv1': 'ADMIN' } });
  expect(await ad(app, 'adm')).toBe('ALLOW via BUSINESS_CENTER');
});

test('3. DENY: an administrator without an assignment holds nothing implicitly', async () => {
  const app = await world({ granted: ['POST'], roles: { 'adm@adv1': 'ADMIN' } });
  expect(await ad(app, 'adm')).toBe('DENY NO_ASSIGNMENT');
});

test('4. DENY: an assigned administrator without a role in the ad account', async () => {
  const app = await world({ granted: ['POST'], assigned: { adm: ['POST'] } });
  expect(await ad(app, 'adm')).toBe('DENY ADVERTISER_ROLE_INSUFFICIENT');
});

test('5. DENY: ANALYST never suffices', async () => {
  const app = await world({ ...CASE_1, roles: { 'sam@adv1': 'ANALYST' } });
  expect(await ad(app, 'sam')).toBe('DENY ADVERTISER_ROLE_INSUFFICIENT');
});

test('6. ALLOW: the ad account need not belong to the Business Center', async () => {
  const app = await world({ ...CASE_1, roles: { 'sam@adv9': 'OPERATOR' } });
  expect(await ad(app, 'sam', P1, 'adv9')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await ad(app, 'sam', P1, 'adv1')).toBe('DENY ADVERTISER_ROLE_INSUFFICIENT');
});

test("7, 9. DENY the ad while the post's ad authorization is off, ALLOW to watch it", async () => {
  const app = await world(CASE_1);
  expect(await ad(app, 'sam', { ...P1, ad_authorization: false })).toBe('DENY AD_AUTHORIZATION_OFF');
  expect(await may(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
});

test('8. DENY: what the check does not say of the post is missing', async () => {
  const app = await world(CASE_1);
  const { ad_authorization: _, ...silent } = P1;
  expect(await ad(app, 'sam', silent)).toBe('DENY MISSING_FACT');
});

test("10. DENY: @other's post does not become an ad of @brand", async () => {
  const app = await world(CASE_1);
  expect(await ad(app, 'sam', { ...P1, tiktok_account_id: 'other' })).toBe('DENY POST_OF_ANOTHER_ACCOUNT');
});

test('11, 12, 13. a grant of LIVE: DENY posts, ALLOW lives and the profile', async () => {
  const app = await world({ granted: ['LIVE'], assigned: { sam: ['LIVE'] }, roles: { 'sam@adv1': 'OPERATOR' } });
  expect(await ad(app, 'sam')).toBe('DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED');
  const live = { advertiser_id: 'adv1', live: { live_id: 'l1' } };
  expect(await decision(app, 'sam', 'create_spark_ad', BRAND, live)).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may(app, 'sam', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may(app, 'sam', 'read_public_videos')).toBe('DENY SCOPE_NOT_GRANTED SCOPE_NOT_ASSIGNED');
});

test('14. DENY: LIVE is granted but not assigned', async () => {
  const app = await world({ granted: ['POST', 'LIVE'], assigned: { sam: ['POST'] } });
  expect(await may(app, 'sam', 'read_live_videos')).toBe('DENY SCOPE_NOT_ASSIGNED');
});

test('15, 16. DENY: neither a standard member nor a stranger requests access', async () => {
  const app = await world();
  const scopes = { scopes: ['POST'] };
  const asks = async (user: string): Promise<string> =>
    decision(app, user, 'request_account_access', 'business_center:bc1', scopes);
  expect(await asks('adm')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await asks('sam')).toBe('DENY NOT_AN_ADMIN');
  expect(await asks('ext')).toBe('DENY NOT_A_MEMBER NOT_AN_ADMIN');
  expect(await outcome(app, 'POST', REQUESTS, { actor: 'user:sam', body: scopes })).toBe('403 forbidden NOT_AN_ADMIN');
  expect(await outcome(app, 'POST', REQUESTS, { actor: 'user:ext', body: scopes })).toBe('404 not_found');
});

test('17. refused: to request no scopes, an unknown one, or what is no set of scopes', async () => {
  const app = await world();
  for (const body of [{ scopes: [] }, { scopes: ['POST', 'STORY'] }, { scopes: 'POST' }, {}]) {
    expect(await outcome(app, 'POST', REQUESTS, { actor: 'user:adm', body })).toBe('400 invalid_request');
  }
  expect((await app.call('GET', REQUESTS, { actor: 'user:adm' })).body.items).toEqual([]);
});

test('18, 19. the owner approves and a grant is made; nobody approves their own request', async () => {
  const app = await world();
  const token = await requestToken(app, ['POST']);
  expect(inWords(await approve(app, token, 'user:adm'))).toBe('403 forbidden NOT_THE_OWNER');
  expect(await may(app, 'adm', 'view')).toBe('DENY NO_GRANT');
  expect(await approve(app, token)).toMatchObject({ status: 200, body: { bc_id: 'bc1', scopes: ['POST'] } });
  expect(await may(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
});

test('20. expired, cancelled, used and unknown links get one answer', async () => {
  const app = await world();
  const request = async () => app.call('POST', REQUESTS, { actor: 'user:adm', body: { scopes: ['POST'] } });
  const [expired, cancelled, used] = [(await request()).body, (await request()).body, (await request()).body];
  await sql(app, `update access_request set expires_at = now() - interval '1 s' where id = $1`, [expired.id]);
  expect(await outcome(app, 'POST', `${REQUESTS}/${cancelled.id}/cancel`, { actor: 'user:adm' })).toBe('200');
  expect((await approve(app, tokenOf(used.consent_url))).status).toBe(200);
  const tokens = [...[expired, cancelled, used].map((it) => tokenOf(it.consent_url)), 'A'.repeat(43)];
  for (const step of ['GET ', 'POST /approve', 'POST /decline']) {
    const [method = '', path = ''] = step.split(' ');
    const answers = [];
    for (const token of tokens) answers.push(await app.call(method, `/v1/consents/${token}${path}`, { actor: BRAND }));
    const [first, ...others] = answers.map(withoutRequestId);
    expect(first).toMatchObject({ status: 404, code: 'consent_not_available' });
    for (const other of others) expect(other).toEqual(first);
  }
});

test('21. looking at the link grants nothing', async () => {
  const app = await world();
  const token = await requestToken(app, ['POST']);
  expect(await outcome(app, 'GET', `/v1/consents/${token}`, { actor: BRAND })).toBe('200');
  expect(await may(app, 'adm', 'view')).toBe('DENY NO_GRANT');
  expect(await sql(app, 'select from account_grant')).toHaveLength(0);
});

test('22, 23. refused: to assign more than is granted, or in another Business Center', async () => {
  const app = await world({ granted: ['POST'] });
  const assigns = async (actor: string, scopes: string[]): Promise<string> =>
    outcome(app, 'PUT', `${MEMBERS}/sam`, { actor, body: { scopes } });
  expect(await assigns('user:adm', ['POST', 'LIVE'])).toBe('403 forbidden SCOPE_NOT_GRANTED');
  expect(await assigns('user:ext', ['POST'])).toBe('404 not_found');
  expect(await assigns('user:sam', ['POST'])).toBe('404 not_found');
  expect(await may(app, 'sam', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
});

test('24. without an assignment: ALLOW an administrator to view, DENY a standard member', async () => {
  const app = await world({ granted: ['POST'] });
  expect(await may(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may(app, 'sam', 'view')).toBe('DENY NO_ASSIGNMENT');
});

test('25, 26. DENY once the owner revoked; a new grant does not revive the old assignment', async () => {
  const app = await world(CASE_1);
  expect(await ad(app, 'sam')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await revoke(app)).toBe('200');
  expect(await ad(app, 'sam')).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
  await grant(app, ['POST']);
  expect(await ad(app, 'sam')).toBe('DENY NO_ASSIGNMENT');
  await assign(app, 'sam', ['POST']);
  expect(await ad(app, 'sam')).toBe('ALLOW via BUSINESS_CENTER');
});

test('27. ALLOW: a grant of five years ago still holds', async () => {
  const app = await world({ roles: CASE_1.roles });
  await sql(
    app,
    `insert into account_grant (bc_id, tiktok_account_id, scopes, valid_from, begun_by, begun_write)
     values ('bc1', 'brand', '{POST}', now() - interval '5 years', 'operator', uuidv7())`,
  );
  await assign(app, 'sam', ['POST']);
  expect(await ad(app, 'sam')).toBe('ALLOW via BUSINESS_CENTER');
});

test('28. DENY: removed from the Business Center, still OPERATOR', async () => {
  const app = await world(CASE_1);
  expect(await outcome(app, 'DELETE', '/v1/business-centers/bc1/members/sam')).toBe('204');
  expect(await ad(app, 'sam')).toBe('DENY NOT_A_MEMBER NO_ASSIGNMENT');
});

test('29, 31, 32. a link serves its own user whatever bc1 does, and nobody else', async () => {
  const app = await world({ granted: ['POST'], linked: { lee: ['POST'] } });
  expect(await may(app, 'lee', 'read_public_videos')).toBe('ALLOW via ACCOUNT_LINK');
  expect(await may(app, 'sam', 'read_public_videos')).toBe('DENY NO_ASSIGNMENT');
  expect(await revoke(app)).toBe('200');
  expect(await may(app, 'lee', 'read_public_videos')).toBe('ALLOW via ACCOUNT_LINK');
  expect(await may(app, 'sam', 'read_public_videos')).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
});

test('30. ALLOW the union: POST by the link, LIVE by the assignment', async () => {
  const app = await world({ granted: ['LIVE'], assigned: { sam: ['LIVE'] }, linked: { sam: ['POST'] } });
  expect(await may(app, 'sam', 'read_public_videos')).toBe('ALLOW via ACCOUNT_LINK');
  expect(await may(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
});
