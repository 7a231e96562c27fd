import { afterAll, beforeEach, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { entriesAt } from '../support/trails.ts';

let app: TestApp | undefined;
beforeEach(async () => {
  await app?.close();
  app = await testApp();
  const { status, body } = await bring(app, WORLD);
  if (status !== 200) throw new Error(body.detail);
});
afterAll(async () => app?.close());
const it = (): TestApp => app as TestApp;

const MEMBERS = Array.from({ length: 10 }, (_, index) => ({
  type: 'member',
  bc_id: 'bc1',
  user_id: `u${index}`,
  user_role: index === 0 ? 'ADMIN' : 'STANDARD',
}));
const OTHER = { type: 'member', bc_id: 'bc2', user_id: 'u0', user_role: 'ADMIN' };
const SCOPES = { scopes: ['POST'] };
const ASSIGNED = { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'u9', ...SCOPES };
const ROLE = { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'u9', advertiser_role: 'ADMIN' };
const WORLD = [
  { type: 'business_center', bc_id: 'bc1', name: 'One' },
  { type: 'business_center', bc_id: 'bc2', name: 'Two' },
  ...MEMBERS,
  OTHER,
  { type: 'tiktok_account', id: 'brand', handle: '@brand' },
  { type: 'ad_account', advertiser_id: 'adv1', name: 'Spring', bc_id: 'bc1' },
  { type: 'ad_account', advertiser_id: 'adv2', name: 'Autumn', bc_id: 'bc2' },
  ROLE,
  { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', ...SCOPES },
  ASSIGNED,
];

const replace = async (query: string, lines: readonly unknown[]): Promise<Answer> =>
  bring(it(), lines, { query: `?mode=replace&bc_id=bc1&${query}` });
const current = async (table: string, key: string): Promise<string[]> =>
  (await sql<{ key: string }>(it(), `select ${key} as key from ${table} where valid_to is null order by 1`)).map(
    ({ key: id }) => id,
  );
const members = async (): Promise<string[]> => current('member', `bc_id || ' ' || user_id`);

test('what the file lacks of a scope is ended in the Business Centers named, with all that hangs on it', async () => {
  const { body } = await replace('scope=members', MEMBERS.slice(0, 9));
  expect(body).toMatchObject({
    changed: {},
    ended: { member: 1, assignment: 1 },
    ending: [
      { type: 'member', bc_id: 'bc1', user_id: 'u9' },
      { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'u9' },
    ],
  });
  expect(await members()).toEqual([...MEMBERS.slice(0, 9).map(({ user_id }) => `bc1 ${user_id}`), 'bc2 u0']);
  expect(await current('assignment', 'user_id')).toEqual([]);
  expect((await entriesAt(it(), body.revision)).map(({ event, subject }) => `${event} ${subject}`).toSorted()).toEqual([
    'assignment.ended user:u9',
    'member.removed user:u9',
  ]);
});

test.each([
  ['account_grants', 'account_grant', { account_grant: 1, assignment: 1 }],
  ['assignments', 'assignment', { assignment: 1 }],
  ['ad_account_members', 'ad_account_member', { ad_account_member: 1 }],
])('%s: those of the Business Center end, and nothing else', async (scope, table, ended) => {
  const { body } = await replace(`scope=${scope}&max_ended=100`, MEMBERS.slice(0, 1));
  expect(body).toMatchObject({ ended, changed: {} });
  expect(await current(table, 'id::text')).toEqual([]);
  if (scope === 'account_grants') expect(await current('assignment', 'user_id')).toEqual([]);
  expect((await members()).length).toBe(11);
});

test('ad_accounts: one that the file lacks leaves the Business Center, and its roles end', async () => {
  const { body } = await replace('scope=ad_accounts&max_ended=100', MEMBERS.slice(0, 1));
  expect(body).toMatchObject({
    ended: { ad_account: 1, ad_account_member: 1 },
    ending: [
      { type: 'ad_account', advertiser_id: 'adv1' },
      { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'u9' },
    ],
  });
  expect(await sql(it(), 'select advertiser_id, bc_id from ad_account order by 1')).toEqual([
    { advertiser_id: 'adv1', bc_id: null },
    { advertiser_id: 'adv2', bc_id: 'bc2' },
  ]);
  expect(await current('ad_account_member', 'user_id')).toEqual([]);
});

test('a file that is too short ends nothing: 409 says how many it lacks, and of how many', async () => {
  const before = await members();
  for (const [lines, query] of [
    [MEMBERS.slice(0, 8), ''],
    [MEMBERS.slice(0, 1), '&max_ended=80'],
    [MEMBERS.slice(0, 9), '&max_ended=0'],
  ] as const) {
    const answer = await replace(`scope=members${query}`, lines);
    expect(inWords(answer)).toBe('409 limit_reached');
    expect(answer.body.detail).toMatch(new RegExp(`lacks ${10 - lines.length} of 10 members of Business Center bc1`));
  }
  expect(await members()).toEqual(before);
  expect((await replace('scope=members&max_ended=90', MEMBERS.slice(0, 1))).body.ended).toEqual({
    member: 9,
    assignment: 1,
  });
});

test('each Business Center is looked at by itself: a small one does not vanish beside a large one', async () => {
  const answer = await replace('bc_id=bc2&scope=members', MEMBERS);
  expect(inWords(answer)).toBe('409 limit_reached');
  expect(answer.body.detail).toContain('lacks 1 of 1 members of Business Center bc2');
});

test('a Business Center that nobody knows is a 404, unless the file brings it', async () => {
  expect(inWords(await replace('bc_id=new&scope=members', MEMBERS))).toBe('404 not_found');
  const brought = [{ type: 'business_center', bc_id: 'new', name: 'New' }, ...MEMBERS];
  expect((await replace('bc_id=new&scope=members', brought)).status).toBe(200);
});

test('a membership is the same through changes of its role, by import too', async () => {
  const path = '/v1/business-centers/bc1/members/u9';
  await it().call('PUT', path, { body: { user_role: 'ADMIN' } });
  await bring(it(), [MEMBERS[9]]);
  const ids = await sql<{ membership_id: string }>(
    it(),
    "select distinct membership_id from member where bc_id = 'bc1' and user_id = 'u9'",
  );
  expect(ids).toHaveLength(1);
  await it().call('DELETE', path);
  await bring(it(), [MEMBERS[9]], { query: '?mode=reopen' });
  const [{ count } = { count: 0 }] = await sql<{ count: number }>(
    it(),
    "select count(distinct membership_id)::int as count from member where bc_id = 'bc1' and user_id = 'u9'",
  );
  expect(count).toBe(2);
});

test('dry_run tells what would change, and changes nothing', async () => {
  const before = await members();
  const writes = await sql(it(), 'select count(*) from relationship_write');
  const lines = [
    { ...MEMBERS[0], user_role: 'STANDARD' },
    { ...MEMBERS[1], user_id: 'new' },
  ];
  const { status, body } = await replace('scope=members&dry_run=true', lines);
  expect(status).toBe(200);
  expect(body).toMatchObject({ changed: { member: 2 }, ended: { member: 9, assignment: 1 } });
  expect(body.ending).toHaveLength(10);
  expect(body.revision.split('.')).toHaveLength(3);
  expect(await members()).toEqual(before);
  expect(await sql(it(), 'select count(*) from relationship_write')).toEqual(writes);
});

test.each([
  ['mode=replace&bc_id=bc1', 'scope'],
  ['mode=replace&scope=members', 'bc_id'],
  ['mode=merge&scope=members', 'scope'],
  ['bc_id=bc1', 'bc_id'],
  ['max_ended=5', 'max_ended'],
  ['mode=replace&bc_id=bc1&scope=links', 'scope'],
  ['mode=replace&bc_id=bc1&scope=members&max_ended=101', 'max_ended'],
  ['mode=replace&bc_id=bc1&scope=members&max_ended=', 'max_ended'],
  ['mode=replace&bc_id=bc1&scope=members&max_ended=0x64', 'max_ended'],
  ['dry_run=yes', 'dry_run'],
])('400 for ?%s names %s', async (query, name) => {
  const answer = await bring(it(), MEMBERS, { query: `?${query}` });
  expect(inWords(answer)).toBe('400 invalid_request');
  expect(answer.body.errors[0].pointer).toContain(name);
});

test('a key that may not import grants may not end them so', async () => {
  const made = await it().call('POST', '/v1/api-keys', { body: { name: 'facts', permissions: ['relationships'] } });
  const answer = await bring(it(), MEMBERS, {
    query: '?mode=replace&bc_id=bc1&scope=account_grants&max_ended=100',
    key: made.body.key,
  });
  expect(inWords(answer)).toBe('403 forbidden');
});

test('entities come in as lines, each as its last says, and have to fit their schema', async () => {
  const entity = { type: 'entity', entity_type: 'catalog', id: 'c1' };
  const { body } = await bring(it(), [
    { ...entity, attributes: { n: 1 } },
    { ...entity, attributes: { n: 2 } },
  ]);
  expect(body).toMatchObject({ imported: { entity: 2 }, changed: { entity: 1 } });
  expect((await it().call('GET', '/v1/entities/catalog/c1')).body.attributes).toEqual({ n: 2 });
  const wrong = await bring(it(), [{ type: 'entity', entity_type: 'tiktok_account', id: 'x', attributes: {} }]);
  expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([400, 'line 1']);
});
