import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, requestToken, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { bring, ndjson } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { world } from '../support/world.ts';

// Empty, for imports that are refused.
let empty: TestApp;
beforeAll(async () => {
  empty = await testApp();
});
afterAll(async () => empty.close());

const CENTER = { type: 'business_center', bc_id: 'bc7', name: 'Seven' };
const MEMBER = { type: 'member', bc_id: 'bc7', user_id: 'kim', user_role: 'STANDARD' };
const ACCOUNT = { type: 'tiktok_account', id: 'seven', handle: '@seven' };
const GRANT = { type: 'account_grant', bc_id: 'bc7', tiktok_account_id: 'seven', scopes: ['POST', 'LIVE'] };
const ASSIGNMENT = { ...GRANT, type: 'assignment', user_id: 'kim', scopes: ['POST'] };
const AD_ACCOUNT = { type: 'ad_account', advertiser_id: 'adv7', name: 'Seven', bc_id: 'bc7' };
const ROLE = { type: 'ad_account_member', advertiser_id: 'adv7', user_id: 'kim', advertiser_role: 'OPERATOR' };
const LINK = { type: 'account_link', tiktok_account_id: 'seven', user_id: 'lou', scopes: ['LIVE'] };
const WORLD = [CENTER, MEMBER, ACCOUNT, GRANT, ASSIGNMENT, AD_ACCOUNT, ROLE, LINK];

test('a whole world at once, in any order of lines', async () => {
  const app = await world();
  const { status, headers, body } = await bring(app, `${ndjson(...WORLD.toReversed(), '', '  ')}\n`);
  expect(status).toBe(200);
  const one = Object.fromEntries(WORLD.map(({ type }) => [type, 1]));
  const revision = headers.get('X-Sparkgate-Revision');
  expect(body).toEqual({
    imported: one,
    skipped: [],
    skipped_count: 0,
    changed: one,
    ended: {},
    ending: [],
    revision,
  });
  const seven = 'tiktok_account:seven';
  expect(await decision(app, 'kim', 'create_spark_ad', seven, { advertiser_id: 'adv7' })).toBe(
    'ALLOW via BUSINESS_CENTER',
  );
  expect(await decision(app, 'lou', 'read_live_videos', seven)).toBe('ALLOW via ACCOUNT_LINK');
});

test('what is already so stays as it is', async () => {
  const app = await world();
  await bring(app, ndjson(...WORLD));
  const rows = async (): Promise<unknown> =>
    sql(app, 'select id from member union all select id from account_grant union all select id from assignment');
  const before = await rows();
  expect((await bring(app, ndjson(...WORLD))).status).toBe(200);
  expect(await rows()).toEqual(before);
});

test('of several lines about one thing the last wins', async () => {
  const app = await world();
  const roles = ['STANDARD', 'ADMIN', 'STANDARD', 'ADMIN'].map((role) => ({ ...MEMBER, user_role: role }));
  const names = ['One', 'Two', 'Three'].map((name) => ({ ...CENTER, name }));
  const { body } = await bring(app, ndjson(...names, ...roles));
  expect(body.imported).toEqual({ business_center: 3, member: 4 });
  expect(await sql(app, `select name from business_center where bc_id = 'bc7'`)).toEqual([{ name: 'Three' }]);
  expect(await sql(app, `select user_role from member where bc_id = 'bc7'`)).toEqual([{ user_role: 'ADMIN' }]);
});

test.each<[string, unknown[], number, string]>([
  ['no JSON', [CENTER, '{"type": "member"'], 2, 'is not JSON'],
  ['a type that is none', [CENTER, '', { type: 'planet' }], 3, 'type'],
  ['a role that is none', [CENTER, { ...MEMBER, user_role: 'OWNER' }], 2, 'user_role'],
  ['an empty set of scopes', [ACCOUNT, { ...LINK, scopes: [] }], 2, 'scopes'],
  ['a list', [CENTER, MEMBER, [ACCOUNT]], 3, 'expected object'],
  ['a line longer than lines may be', [CENTER, { ...MEMBER, extra: 'x'.repeat(70_000) }], 2, 'more than 65536'],
  ['a member of an unknown Business Center', [CENTER, ACCOUNT, { ...MEMBER, bc_id: 'bc8' }], 3, 'bc8'],
  ['a link to an unknown account', [CENTER, { ...LINK, tiktok_account_id: 'eight' }], 2, 'eight'],
  ['an ad account of an unknown Business Center', [AD_ACCOUNT], 1, 'bc7'],
  ['a role in an unknown ad account', [CENTER, ROLE], 2, 'adv7'],
  ['a grant on an unknown account', [CENTER, GRANT], 2, 'seven'],
  ['an assignment without a grant', [CENTER, MEMBER, ACCOUNT, ASSIGNMENT], 4, 'current grant'],
  [
    'an assignment beyond the grant',
    [CENTER, MEMBER, ACCOUNT, { ...GRANT, scopes: ['LIVE'] }, ASSIGNMENT],
    5,
    'scopes',
  ],
  ['an assignment to no member', [CENTER, ACCOUNT, GRANT, ASSIGNMENT], 4, 'current member'],
])('400 for %s: the line is named and nothing is changed', async (_, facts, line, why) => {
  const state = async (): Promise<unknown> =>
    sql(empty, 'select count(*) as writes, (select count(*) from business_center) as centers from relationship_write');
  const before = await state();
  const { status, body } = await bring(empty, ndjson(...facts));
  expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
  expect(body.errors).toEqual([{ pointer: `line ${line}`, message: expect.stringContaining(why) }]);
  expect(body.detail).toMatch(new RegExp(`^Line ${line}: .*Nothing was imported\\.$`));
  expect(await state()).toEqual(before);
});

test('400: an empty body, and text that is not UTF-8', async () => {
  expect((await bring(empty, '\n\n')).status).toBe(400);
  const latin1 = Buffer.from(`${ndjson(CENTER)}\n${ndjson({ ...CENTER, name: 'Café' })}`, 'latin1');
  expect((await bring(empty, latin1)).body.detail).toContain('not UTF-8');
});

test.each(['MERGE', '', 'merge&mode=reopen'])('400: mode=%s', async (mode) => {
  const answer = await bring(empty, [CENTER], { query: `?mode=${mode}` });
  expect(inWords(answer)).toBe('400 invalid_request');
  expect(answer.body.errors).toMatchObject([{ pointer: 'mode' }]);
});

test('400: a parameter that is none, so that nobody takes an import for a trial', async () => {
  const answer = await bring(empty, [CENTER], { query: '?dryrun=true' });
  expect(inWords(answer)).toBe('400 invalid_request');
  expect(answer.body.detail).toContain('dryrun');
  expect(await sql(empty, `select from business_center where bc_id = 'bc7'`)).toEqual([]);
});

test('403: grants and assignments without the owner need an administrator; other facts do not', async () => {
  const app = await world();
  const { key } = await newKey(app, ['relationships']);
  expect((await bring(app, ndjson(CENTER, MEMBER, ACCOUNT, LINK), { key })).status).toBe(200);
  expect((await bring(app, ndjson(GRANT), { key })).status).toBe(403);
  expect((await bring(app, ndjson(ASSIGNMENT), { key })).status).toBe(403);
  expect((await bring(app, ndjson(GRANT, ASSIGNMENT))).status).toBe(200);
});

test('a grant that the owner gave is not changed by an import, and no member is lifted over it', async () => {
  const app = await world();
  await grant(app, ['POST']);
  const wider = { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['POST', 'LIVE'] };
  const refused = await bring(app, ndjson(wider));
  expect(refused.body.errors).toMatchObject([{ pointer: 'line 1' }]);
  expect(await decision(app, 'adm', 'assign_member', 'tiktok_account:brand', { bc_id: 'bc1', scopes: ['LIVE'] })).toBe(
    'DENY SCOPE_NOT_GRANTED',
  );
});

test('who is demoted by an import has no pending request any more, and keeps what is assigned', async () => {
  const app = await world({ granted: ['POST'] });
  await assign(app, 'adm', ['POST']);
  const token = await requestToken(app, ['LIVE']);
  await bring(app, ndjson({ type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'STANDARD' }));
  const approved = await app.call('POST', `/v1/consents/${token}/approve`, { actor: 'tiktok_account:brand' });
  expect(inWords(approved)).toBe('404 consent_not_available');
  expect(await decision(app, 'adm', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});

test('100,000 lines as a stream: all of them, at one revision', async () => {
  const app = await testApp({ MEMBERS_PER_BUSINESS_CENTER: '200000' });
  try {
    let line = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (line === 0) controller.enqueue(Buffer.from(`${ndjson(CENTER)}\n`));
        const many = Array.from({ length: 1000 }, () => ({ ...MEMBER, user_id: `user${(line += 1)}` }));
        controller.enqueue(Buffer.from(`${ndjson(...many)}\n`));
        if (line >= 100_000) controller.close();
      },
    });
    const { body } = await bring(app, stream);
    expect(body.imported).toEqual({ business_center: 1, member: 100_000 });
    const [counted] = await sql(app, 'select count(*)::int, count(distinct begun_write)::int as writes from member');
    expect(counted).toEqual({ count: 100_000, writes: 1 });
    expect(await decision(app, 'user99999', 'request_account_access', 'business_center:bc7')).toBe('DENY NOT_AN_ADMIN');
  } finally {
    await app.close();
  }
});

test('a body that stops coming is given up, and holds nobody else back', async () => {
  const app = await testApp({ REQUEST_TIMEOUT: '1' });
  const silent = (): ReadableStream => new ReadableStream({ start: (it) => it.enqueue(Buffer.from('{')) });
  const stuck = [bring(app, silent()), bring(app, silent()), bring(app, silent())];
  expect(await bring(app, ndjson(CENTER))).toMatchObject({ status: 200 });
  for (const answer of await Promise.all(stuck))
    expect(answer).toMatchObject({ status: 503, body: { code: 'timeout' } });
  await app.close();
});

test('requests that an import voids are in the trail, each by itself', async () => {
  const app = await testApp();
  await standardWorld(app);
  await requestToken(app, ['POST']);
  await bring(app, ndjson({ type: 'member', bc_id: 'bc1', user_id: 'adm', user_role: 'STANDARD' }));
  const { body } = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
  const events = body.items.map((entry: { event: string }) => entry.event);
  expect(events).toContain('access_request.void');
  await app.close();
});

test('the first line that finds no place under a known limit is named', async () => {
  const app = await testApp({ ADMINS_PER_BUSINESS_CENTER: '2', ACCOUNTS_PER_BUSINESS_CENTER: '1' });
  const admin = (user: string): object => ({ ...MEMBER, user_id: user, user_role: 'ADMIN' });
  expect(await bring(app, ndjson(CENTER, admin('a1'), MEMBER))).toMatchObject({ status: 200 });
  expect(await bring(app, ndjson(MEMBER, admin('a1'), admin('a2'), admin('a3')))).toMatchObject({
    status: 409,
    body: {
      code: 'limit_reached',
      detail: expect.stringMatching(/^Line 4: bc_id bc7: the limit admins_per_business_center/),
    },
  });
  const account = (id: string): object => ({ type: 'tiktok_account', id, handle: `@${id}` });
  const held = (id: string): object => ({
    type: 'account_grant',
    bc_id: 'bc7',
    tiktok_account_id: id,
    scopes: ['POST'],
  });
  expect(await bring(app, ndjson(account('t1'), account('t2'), held('t1'), held('t2')))).toMatchObject({
    status: 409,
    body: {
      code: 'limit_reached',
      detail: expect.stringMatching(/^Line 4: bc_id bc7: the limit accounts_per_business_center/),
    },
  });
  await app.close();
});
