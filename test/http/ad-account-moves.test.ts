import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { bring } from '../support/ndjson.ts';
import { inWords, outcome } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { writeOf } from '../support/trails.ts';

// An ad account belongs to at most one Business Center. Who claims it first is not confined; when it leaves, all roles end.

let app: TestApp;
let key: string;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  ({ key } = await newKey(app, ['relationships', 'act-as', 'admin'], ['bc1']));
});
afterAll(async () => app.close());

const uses = async (advertiserId: string): Promise<string> =>
  decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: advertiserId });
const ALLOWED = 'ALLOW via BUSINESS_CENTER';
const NO_ROLE = 'DENY ADVERTISER_ROLE_INSUFFICIENT';
const roles = async (advertiserId: string): Promise<string[]> => {
  const rows = await sql<{ user_id: string }>(
    app,
    'select user_id from ad_account_member where advertiser_id = $1 and valid_to is null order by user_id',
    [advertiserId],
  );
  return rows.map((row) => row.user_id);
};
const BY = ['PUT', 'import'] as const;
const claim = async (by: (typeof BY)[number], id: string, body: object): Promise<string> =>
  by === 'PUT'
    ? outcome(app, 'PUT', `/v1/ad-accounts/${id}`, { body })
    : inWords(await bring(app, [{ type: 'ad_account', advertiser_id: id, ...body }]));

describe("an ad account that nobody had registered, and that turns out to be bc2's", () => {
  test('a key that is confined to bc1 neither claims it nor seats anybody in it', async () => {
    const body = { name: 'Nobody knows', bc_id: 'bc1' };
    expect(await outcome(app, 'PUT', '/v1/ad-accounts/new', { key, body })).toBe('403 forbidden');
    const operator = { advertiser_role: 'OPERATOR' };
    expect(await outcome(app, 'PUT', '/v1/ad-accounts/new/members/sam', { key, body: operator })).toBe('403 forbidden');
    await put(app, '/v1/ad-accounts/new', { name: "bc2's", bc_id: 'bc2' });
    expect(await uses('new')).toBe(NO_ROLE);
    expect(await outcome(app, 'PUT', '/v1/ad-accounts/new/members/sam', { key, body: operator })).toBe('403 forbidden');
  });

  test.each(BY)('whom bc1 seated in it has no role any more once it is known whose it is (%s)', async (by) => {
    const id = `found-${by}`;
    await put(app, `/v1/ad-accounts/${id}`, { name: 'Thought to be of bc1', bc_id: 'bc1' });
    const seated = { key, body: { advertiser_role: 'OPERATOR' } };
    expect(await outcome(app, 'PUT', `/v1/ad-accounts/${id}/members/sam`, seated)).toBe('200');
    expect(await uses(id)).toBe(ALLOWED);
    expect(await claim(by, id, { bc_id: 'bc2' })).toBe('200');
    expect(await uses(id)).toBe(NO_ROLE);
    expect(await outcome(app, 'PUT', `/v1/ad-accounts/${id}/members/sam`, seated)).toBe('403 forbidden');
    expect(await claim(by, id, { bc_id: 'bc1' })).toBe('200');
    expect([await uses(id), await roles(id)]).toEqual([NO_ROLE, []]);
  });
});

test.each<[(typeof BY)[number], from: string | null, body: object, expected: string[]]>(
  BY.flatMap((by) => [
    [by, 'bc1', { bc_id: 'bc2' }, []],
    [by, 'bc1', { bc_id: null }, []],
    [by, 'bc1', { bc_id: 'bc1', name: 'Renamed' }, ['lee', 'sam']],
    [by, 'bc1', { name: 'Renamed' }, ['lee', 'sam']],
    [by, null, { bc_id: 'bc1' }, ['lee', 'sam']],
    [by, null, { bc_id: null, name: 'Renamed' }, ['lee', 'sam']],
  ]),
)('%s of an ad account of %s with %j: roles of %j', async (by, from, body, expected) => {
  const id = `moves-${by}-${from}-${Object.values(body).join('-')}`;
  await put(app, `/v1/ad-accounts/${id}`, { name: 'Campaigns', bc_id: from });
  for (const user of ['sam', 'lee'])
    await put(app, `/v1/ad-accounts/${id}/members/${user}`, { advertiser_role: 'ADMIN' });
  expect(await claim(by, id, body)).toBe('200');
  expect(await roles(id)).toEqual(expected);
});

test('roles that come with the move in one file are those of the new Business Center, in any order of lines', async () => {
  await put(app, '/v1/ad-accounts/both', { name: 'Campaigns', bc_id: 'bc1' });
  for (const user of ['sam', 'lee'])
    await put(app, '/v1/ad-accounts/both/members/' + user, { advertiser_role: 'ADMIN' });
  const role = { type: 'ad_account_member', advertiser_id: 'both', user_id: 'sam', advertiser_role: 'ADMIN' };
  const move = { type: 'ad_account', advertiser_id: 'both', bc_id: 'bc2' };
  // A person moves it: what their own import has ended is no reason to skip a line of it.
  const { body } = await bring(app, [role, move], { actor: 'user:ext' });
  expect([body.skipped, await roles('both')]).toEqual([[], ['sam']]);
  const entries = await sql(
    app,
    'select event, subject_id as of, bc_id from audit_entry where write_id = $1 order by event, bc_id, of',
    [writeOf(body.revision)],
  );
  expect(entries).toEqual([
    { event: 'ad_account.put', of: 'both', bc_id: 'bc1' },
    { event: 'ad_account.put', of: 'both', bc_id: 'bc2' },
    { event: 'ad_account_member.put', of: 'sam', bc_id: 'bc2' },
    { event: 'ad_account_member.removed', of: 'lee', bc_id: 'bc1' },
    { event: 'ad_account_member.removed', of: 'sam', bc_id: 'bc1' },
    { event: 'relationships.imported', of: writeOf(body.revision), bc_id: null },
  ]);
});

test('an ad account that a refused import would move stays where it is, and so do the roles in it', async () => {
  await put(app, '/v1/ad-accounts/stays', { name: 'Campaigns', bc_id: 'bc1' });
  await put(app, '/v1/ad-accounts/stays/members/sam', { advertiser_role: 'OPERATOR' });
  const move = { type: 'ad_account', advertiser_id: 'stays', bc_id: 'bc2' };
  const bad = { type: 'ad_account_member', advertiser_id: 'none', user_id: 'sam', advertiser_role: 'ADMIN' };
  expect(inWords(await bring(app, [move, bad]))).toBe('400 invalid_request');
  expect(await uses('stays')).toBe(ALLOWED);
});

test('a key that is confined to both may move; one that is confined to one may not, to wherever', async () => {
  const both = await newKey(app, ['relationships'], ['bc1', 'bc2']);
  await put(app, '/v1/ad-accounts/own', { name: 'Campaigns', bc_id: 'bc1' });
  for (const bcId of ['bc2', 'nowhere', null]) {
    expect(await outcome(app, 'PUT', '/v1/ad-accounts/own', { key, body: { bc_id: bcId } })).toBe('403 forbidden');
  }
  expect(await outcome(app, 'PUT', '/v1/ad-accounts/own', { key, body: { name: 'Renamed' } })).toBe('200');
  expect(await outcome(app, 'PUT', '/v1/ad-accounts/own', { key: both.key, body: { bc_id: 'bc2' } })).toBe('200');
});
