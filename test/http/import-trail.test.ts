import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { requestToken, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';
import { entriesAt, entry, writeOf } from '../support/trails.ts';

// An import in the audit trail: each row that it changed, and itself; nothing where it changed nothing.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());
const count = async (): Promise<number> => (await sql(app, 'select from audit_entry')).length;

const WORLD = [
  { type: 'business_center', bc_id: 'bc1', name: 'Bright' },
  { type: 'member', bc_id: 'bc1', user_id: 'kim', user_role: 'ADMIN' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring campaign', bc_id: 'bc1' },
  { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'kim', advertiser_role: 'ANALYST' },
  { type: 'tiktok_account', id: 'brand', handle: '@brand', ad_authorization: true },
  { type: 'account_link', tiktok_account_id: 'brand', user_id: 'kim', scopes: ['POST'] },
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['LIVE', 'POST'] },
  { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'kim', scopes: ['POST'] },
];

test('opens grants and assignments in the trail of their Business Center, and is an entry itself', async () => {
  const { body } = await bring(app, WORLD);
  const told = await entriesAt(app, body.revision);
  const opened = entry('bc1', 'account_grant.opened', 'tiktok_account:brand', null, { scopes: ['LIVE', 'POST'] });
  expect(told).toContainEqual({ ...opened, flags: ['IMPORTED'] });
  expect(told.map((it) => it.event).toSorted()).toEqual([
    'account_grant.opened',
    'account_link.put',
    'ad_account_member.put',
    'assignment.put',
    'business_center.put',
    'member.put',
    'tiktok_account.put',
  ]);
  const rows = await sql(
    app,
    `select actor, api_key is not null as key, request_id is not null as request,
    at = (select max(at) from audit_entry) as now from audit_entry where write_id = $1 group by 1, 2, 3, 4`,
    [writeOf(body.revision)],
  );
  expect(rows).toEqual([{ actor: expect.stringMatching(/^api_key:/), key: true, request: true, now: true }]);
});

test.each(['merge', 'reopen'])('that changes nothing takes no revision and is in no trail (%s)', async (mode) => {
  const [before] = await sql<{ value: string }>(app, 'select count(*)::text as value from relationship_write');
  const entries = await count();
  const answer = await bring(app, WORLD, { query: `?mode=${mode}` });
  const revision = expect.stringMatching(/^[0-9a-f]+\.\d+\.\d+$/);
  expect(answer.body).toMatchObject({ revision, imported: { member: 1, assignment: 1 }, skipped: [] });
  expect(await count()).toBe(entries);
  expect(await sql(app, 'select count(*)::text as value from relationship_write')).toEqual([before]);
});

test('of which all is skipped takes no revision either', async () => {
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
  const entries = await count();
  const { body } = await bring(app, WORLD);
  expect(body).toMatchObject({ skipped_count: 2, imported: { member: 1 } });
  expect(body.imported).not.toHaveProperty('account_grant');
  expect(await count()).toBe(entries);
});

test('says how many lines it skipped, where it changes something', async () => {
  const { body } = await bring(app, [
    ...WORLD,
    { type: 'member', bc_id: 'bc1', user_id: 'lou', user_role: 'STANDARD' },
  ]);
  const [told] = await sql(
    app,
    `select after from audit_entry where event = 'relationships.imported' and write_id = $1`,
    [writeOf(body.revision)],
  );
  expect(told).toEqual({ after: expect.objectContaining({ member: 2, skipped: 2 }) });
});

test('that voids a request says so', async () => {
  await requestToken(app, ['POST']);
  const { body } = await bring(app, [{ type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'STANDARD' }]);
  expect((await entriesAt(app, body.revision)).map((it) => it.event).toSorted()).toEqual([
    'access_request.void',
    'member.put',
  ]);
});

test("is read in the account's history: who brought it, what it changed, what it opened again", async () => {
  await bring(app, WORLD, { query: '?mode=reopen' });
  await bring(app, [{ type: 'tiktok_account', id: 'brand', ad_authorization: false }]);
  const browser = await signInAs(app, 'user:kim');
  const read = async (language: string): Promise<string> => {
    const answer = await browser.get('/console/bc1/tiktok-accounts/brand/history', { 'Accept-Language': language });
    return (await answer.text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  };
  const english = await read('en');
  expect(english).toMatch(/The details of the account changed ad authorization Imported API key/);
  expect(english).toMatch(/An import authorized this Business Center .*Imported Reopened after a person had ended it/);
  expect(await read('zh-CN')).toMatch(
    /账号信息有变更 广告授权 导入 .*通过导入向此商务中心授权 .*导入 曾被人工终止，现已恢复/,
  );
});
