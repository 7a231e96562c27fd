import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld, tokenOf } from '../support/cast.ts';
import { outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { writeOf } from '../support/trails.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const BC1 = '/v1/business-centers/bc1';
const SHOWCASE = {
  enabled: true,
  sources: [
    { shop_id: 's1', products: 'ALL' },
    { shop_id: 's2', products: 'SELECTED' },
  ],
};
const revision = async (): Promise<string> =>
  (await sql<{ value: string }>(app, 'select count(*)::text as value from relationship_write'))[0]?.value ?? '';
const trail = async (): Promise<number> => (await sql(app, 'select from audit_entry')).length;

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['/v1/business-centers/bcx', { name: 'One' }, { name: 'Two' }],
  [`${BC1}/members/uma`, { user_role: 'STANDARD' }, { user_role: 'ADMIN' }],
  ['/v1/ad-accounts/advx', { name: 'One', bc_id: 'bc1' }, { name: 'One', bc_id: null }],
  ['/v1/ad-accounts/adv1/members/uma', { advertiser_role: 'ANALYST' }, { advertiser_role: 'OPERATOR' }],
  ['/v1/tiktok-accounts/x', { handle: '@x', ad_authorization: true, showcase: SHOWCASE }, { showcase: null }],
  ['/v1/tiktok-accounts/brand/links/uma', { scopes: ['POST', 'LIVE'] }, { scopes: ['POST'] }],
])('PUT %s: again changes nothing, another body makes the next revision', async (path, one, two) => {
  expect(writeOf(await put(app, path, one))).toBeDefined();
  const entries = await trail();
  expect(writeOf(await put(app, path, one))).toBeUndefined();
  expect(await trail()).toBe(entries);
  expect(writeOf(await put(app, path, two))).toBeDefined();
  expect(await trail()).toBe(entries + 1);
  const answer = await app.call('PUT', path, { body: two });
  expect(answer.body).toEqual({ revision: answer.headers.get('X-Sparkgate-Revision') });
});

test('scopes are a set: order and doubles make no difference', async () => {
  const path = '/v1/tiktok-accounts/brand/links/set';
  expect(writeOf(await put(app, path, { scopes: ['POST', 'LIVE'] }))).toBeDefined();
  expect(writeOf(await put(app, path, { scopes: ['LIVE', 'POST', 'LIVE'] }))).toBeUndefined();
});

test.each([
  ['a member', `${BC1}/members/tom`, { user_role: 'STANDARD' }],
  ['a role in an ad account', '/v1/ad-accounts/adv1/members/tom', { advertiser_role: 'ADMIN' }],
  ['a link', '/v1/tiktok-accounts/brand/links/tom', { scopes: ['POST'] }],
])('DELETE %s: 204 with a new revision; gone already: 204 with none of its own', async (_, path, body) => {
  const remove = async (): Promise<string> => {
    const answer = await app.call('DELETE', path);
    const own = writeOf(answer.headers.get('X-Sparkgate-Revision'));
    return `${answer.status} ${own === undefined ? 'unchanged' : 'written'}`;
  };
  await put(app, path, body);
  const before = Number(await revision());
  expect([await remove(), await remove(), Number(await revision()) - before]).toEqual([
    '204 written',
    '204 unchanged',
    1,
  ]);
  expect(writeOf(await put(app, path, body))).toBeDefined();
});

test.each([
  ['PUT', '/v1/business-centers/none/members/sam', { user_role: 'ADMIN' }],
  ['PUT', '/v1/ad-accounts/none/members/sam', { advertiser_role: 'ADMIN' }],
  ['PUT', '/v1/ad-accounts/new', { name: 'New', bc_id: 'none' }],
  ['PUT', '/v1/tiktok-accounts/none/links/sam', { scopes: ['POST'] }],
])('404 where the parent is unknown: %s %s', async (method, path, body) => {
  const before = await revision();
  expect(await outcome(app, method, path, { body })).toBe('404 not_found');
  expect(await revision()).toBe(before);
});

test.each([
  [`${BC1}/members/sam`, { user_role: 'OWNER' }],
  [`${BC1}/members/sam`, {}],
  [`${BC1}/members/sam`, '{"user_role":'],
  ['/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'admin' }],
  ['/v1/tiktok-accounts/brand', { handle: '@brand', ad_authorization: 'on' }],
  ['/v1/tiktok-accounts/brand', { handle: '@brand', showcase: { enabled: true, sources: [{ shop_id: 's' }] } }],
  ['/v1/tiktok-accounts/brand/links/sam', { scopes: [] }],
  [`/v1/business-centers/${'x'.repeat(129)}`, { name: 'Too long an id' }],
  ['/v1/business-centers/a%00b', { name: 'NUL' }],
  ['/v1/business-centers/bcx', { name: ' ' }],
])('400: PUT %s %j', async (path, body) => {
  expect(await outcome(app, 'PUT', path, { body })).toBe('400 invalid_request');
});

test('422: what is new needs its name', async () => {
  const body = { display_name: 'Brand' };
  expect(await outcome(app, 'PUT', '/v1/tiktok-accounts/new', { body })).toBe('422 unprocessable');
});

test('400 unless the body says that it is JSON', async () => {
  const options = { body: '{"name": "x"}', headers: { 'Content-Type': 'text/plain' } };
  expect(await outcome(app, 'PUT', '/v1/business-centers/bcx', options)).toBe('400 invalid_request');
});

test('ids are opaque: slashes, spaces, dots and any script', async () => {
  for (const id of ['a/b', 'a b', '...', '李雷', '%2F', '-'.repeat(128)]) {
    await put(app, `${BC1}/members/${encodeURIComponent(id)}`, { user_role: 'ADMIN' });
    expect(await decision(app, `user:${id}`, 'request_account_access', 'business_center:bc1')).toBe(
      'ALLOW via BUSINESS_CENTER',
    );
  }
});

describe('what follows from a change', () => {
  const requestBy = async (user: string): Promise<{ id: string; token: string }> => {
    await put(app, `${BC1}/members/${user}`, { user_role: 'ADMIN' });
    const options = { actor: `user:${user}`, body: { scopes: ['POST'] } };
    const { body } = await app.call('POST', `${BC1}/access-requests`, options);
    return { id: body.id, token: tokenOf(body.consent_url) };
  };
  const statusOf = async (id: string): Promise<string> =>
    (await app.call('GET', `${BC1}/access-requests/${id}`, { actor: 'user:adm' })).body.status;

  test.each([
    ['demoted', 'PUT', { user_role: 'STANDARD' }],
    ['removed', 'DELETE', undefined],
  ])(
    "a requester is %s: the pending request is VOID, its link dead, and other people's stay",
    async (_, method, body) => {
      const gone = await requestBy(`gone-${method}`);
      const stays = await requestBy(`stays-${method}`);
      const path = `${BC1}/members/gone-${method}`;
      expect((await app.call(method, path, body ? { body } : {})).status).toBeLessThan(300);
      expect([await statusOf(gone.id), await statusOf(stays.id)]).toEqual(['VOID', 'PENDING']);
      const approve = { actor: 'tiktok_account:brand' };
      expect(await outcome(app, 'POST', `/v1/consents/${gone.token}/approve`, approve)).toBe(
        '404 consent_not_available',
      );
      await put(app, path, { user_role: 'ADMIN' });
      expect(await outcome(app, 'POST', `/v1/consents/${gone.token}/approve`, approve)).toBe(
        '404 consent_not_available',
      );
    },
  );

  test('a removed member loses every assignment, and gets none back by returning', async () => {
    await grant(app, ['POST']);
    await put(app, `${BC1}/members/ann`, { user_role: 'STANDARD' });
    await assign(app, 'ann', ['POST']);
    expect(await decision(app, 'ann', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
    expect(await outcome(app, 'DELETE', `${BC1}/members/ann`)).toBe('204');
    expect(await decision(app, 'ann', 'read_profile')).toBe('DENY NOT_A_MEMBER NO_ASSIGNMENT');
    await put(app, `${BC1}/members/ann`, { user_role: 'STANDARD' });
    expect(await decision(app, 'ann', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
  });

  test('a demoted administrator keeps what is assigned and loses what administrators may', async () => {
    await put(app, `${BC1}/members/dee`, { user_role: 'ADMIN' });
    await assign(app, 'dee', ['POST']);
    await put(app, `${BC1}/members/dee`, { user_role: 'STANDARD' });
    expect(await decision(app, 'dee', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
    expect(await decision(app, 'dee', 'revoke_grant')).toBe('DENY NOT_AN_ADMIN');
  });
});
