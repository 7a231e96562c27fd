import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IMPORTS, keyOf } from '../../src/domain/gates.ts';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const ACCOUNT = '/v1/business-centers/bc1/tiktok-accounts/brand';

/** Where all that an import brings stands, and it has not looked for the last time yet at what others did meanwhile. */
const APPLIED = ['select pg_advisory_xact_lock_shared($1)', [keyOf(IMPORTS)]] as const satisfies [string, unknown[]];

/** So many lines that an import waits for a row for as long as it takes. */
const PADDING = Array.from({ length: 2000 }, (_, n) => ({ type: 'user', id: `padding-${n}` }));

/** Imports lines; what is written once the import stands at `hold` comes before the import goes on. */
async function whileItWaits(
  [hold, values]: readonly [string, unknown[]],
  lines: object[],
  written: () => Promise<unknown>,
  { query = '', actor }: { query?: string; actor?: string } = {},
): Promise<Answer> {
  const other = new pg.Client({ connectionString: app.databaseUrl });
  await other.connect();
  try {
    await other.query('begin');
    await other.query(hold, values);
    const importing = bring(app, [...lines, ...PADDING], { query, ...(actor !== undefined && { actor }) });
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await sql(app, waiting)).length, { timeout: 8_000 }).toBe(1);
    await written();
    await other.query('commit');
    return await importing;
  } finally {
    await other.end();
  }
}

test('what an import found to be so already, and somebody took away before it took effect, is there again', async () => {
  const LINK = '/v1/tiktok-accounts/brand/links/kept';
  await put(app, LINK, { scopes: ['POST'] });
  const other = new pg.Client({ connectionString: app.databaseUrl });
  await other.connect();
  try {
    // The limits are looked at when the lines are in, and before the import looks at what others did.
    await other.query('begin');
    await other.query("select from business_center where bc_id = 'bc1' for no key update");
    const importing = bring(app, [
      { type: 'tiktok_account', id: 'brand', handle: '@brand' },
      { type: 'account_link', tiktok_account_id: 'brand', user_id: 'kept', scopes: ['POST'] },
      { type: 'member', bc_id: 'bc1', user_id: 'kept', user_role: 'STANDARD' },
    ]);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await sql(app, waiting)).length, { timeout: 8_000 }).toBe(1);
    expect((await app.call('DELETE', LINK)).status).toBe(204);
    await put(app, '/v1/tiktok-accounts/brand', { handle: '@other' });
    expect(await decision(app, 'kept', 'read_profile')).toMatch(/^DENY/);
    await other.query('commit');
    expect(inWords(await importing)).toBe('200');
    expect(await decision(app, 'kept', 'read_profile')).toBe('ALLOW via ACCOUNT_LINK');
    expect(await sql(app, "select handle from tiktok_account where id = 'brand'")).toEqual([{ handle: '@brand' }]);
  } finally {
    await other.end();
  }
});

test('what an import was about to skip, and an owner allowed before it took effect, is not skipped', async () => {
  await put(app, '/v1/business-centers/bc1/members/fresh', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
  const lines = [
    { type: 'account_grant', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['POST'] },
    { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', user_id: 'fresh', scopes: ['POST'] },
  ];
  const imported = await whileItWaits(APPLIED, lines, async () => grant(app, ['POST']));
  expect(imported.body).toMatchObject({ imported: { account_grant: 1, assignment: 1 }, skipped: [] });
  expect(await decision(app, 'fresh', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});

test('what an administrator gave and took while an import was about to give it stays taken', async () => {
  for (const user of ['held', 'taken']) {
    await put(app, `/v1/business-centers/bc1/members/${user}`, { user_role: 'STANDARD' });
  }
  await grant(app, ['LIVE', 'POST']);
  await assign(app, 'held', ['LIVE', 'POST']);
  const line = { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'brand', scopes: ['POST'] };
  const lines = ['held', 'taken'].map((user) => ({ ...line, user_id: user }));
  const row = "select from assignment where user_id = 'held' and valid_to is null for update";
  const imported = await whileItWaits([row, []], lines, async () => {
    await assign(app, 'taken', ['POST']);
    const gone = await app.call('DELETE', `${ACCOUNT}/members/taken`, { actor: 'user:adm' });
    expect(gone.status).toBe(204);
  });
  expect(imported.body).toMatchObject({ skipped: [{ line: 2, reason: 'ENDED_BY_PERSON' }] });
  expect(await decision(app, 'taken', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
});

const revokeAsOwner = async (): Promise<Answer> =>
  app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
const assignment = (user: string, scopes: string[]): object => ({
  type: 'assignment',
  bc_id: 'bc1',
  tiktok_account_id: 'brand',
  user_id: user,
  scopes,
});

test('an assignment of which the file lacks the grant is carried over when the owner grants more meanwhile', async () => {
  await put(app, '/v1/business-centers/bc1/members/wide', { user_role: 'STANDARD' });
  await revokeAsOwner();
  await grant(app, ['POST']);
  const lines = [assignment('wide', ['POST'])];
  const imported = await whileItWaits(APPLIED, lines, async () => grant(app, ['LIVE']));
  expect(imported.body).toMatchObject({ imported: { assignment: 1 }, skipped: [] });
  expect(await decision(app, 'wide', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});

test('an assignment of which the owner revokes the grant meanwhile is skipped, and comes with the next grant', async () => {
  await put(app, '/v1/business-centers/bc1/members/late', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  const lines = [assignment('late', ['POST'])];
  // What a person's import has withdrawn is not what that person ended.
  const imported = await whileItWaits(APPLIED, lines, revokeAsOwner, { actor: 'user:adm' });
  expect(imported.body).toMatchObject({ skipped: [{ line: 1, reason: 'GRANT_ENDED_BY_PERSON' }] });
  expect(
    await sql(app, "select from assignment where user_id = 'late' and valid_to is distinct from valid_from"),
  ).toEqual([]);
  await grant(app, ['POST']);
  expect(inWords(await bring(app, lines))).toBe('200');
  expect(await decision(app, 'late', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});

test('what an administrator took, and an import was to reopen under a grant that goes meanwhile, stays taken', async () => {
  await put(app, '/v1/business-centers/bc1/members/gone', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  await assign(app, 'gone', ['POST']);
  await app.call('DELETE', `${ACCOUNT}/members/gone`, { actor: 'user:adm' });
  const lines = [assignment('gone', ['POST'])];
  expect(inWords(await whileItWaits(APPLIED, lines, revokeAsOwner, { query: '?mode=reopen' }))).toBe(
    '400 invalid_request',
  );
  await grant(app, ['POST']);
  expect((await bring(app, lines)).body).toMatchObject({ skipped: [{ line: 1, reason: 'ENDED_BY_PERSON' }] });
  expect(await decision(app, 'gone', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
});

test('an assignment of a member who is removed meanwhile, or is a member anew, is refused, or stands', async () => {
  await grant(app, ['POST']);
  const member = '/v1/business-centers/bc1/members/comes';
  await put(app, member, { user_role: 'STANDARD' });
  const lines = [assignment('comes', ['POST'])];
  const removed = await whileItWaits(APPLIED, lines, async () => app.call('DELETE', member));
  expect(inWords(removed)).toBe('400 invalid_request');
  await put(app, member, { user_role: 'STANDARD' });
  expect(await decision(app, 'comes', 'read_profile')).toBe('DENY NO_ASSIGNMENT');
  const imported = await whileItWaits(APPLIED, lines, async () => {
    await app.call('DELETE', member);
    await put(app, member, { user_role: 'ADMIN' });
  });
  expect(inWords(imported)).toBe('200');
  expect(await decision(app, 'comes', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
});

test('an assignment whose member others remove after the file has looked at the member is assigned', async () => {
  await grant(app, ['POST']);
  const members = ['held', 'away'].map((user) => ({
    type: 'member',
    bc_id: 'bc1',
    user_id: user,
    user_role: 'STANDARD',
  }));
  for (const { user_id } of members)
    await put(app, `/v1/business-centers/bc1/members/${user_id}`, { user_role: 'STANDARD' });
  await put(app, '/v1/tiktok-accounts/brand/links/held', { scopes: ['LIVE'] });
  const link = { type: 'account_link', tiktok_account_id: 'brand', user_id: 'held', scopes: ['POST'] };
  // Links are brought in after members, and before assignments.
  const row = "select from account_link where user_id = 'held' and valid_to is null for update";
  const removes = async (): Promise<unknown> => app.call('DELETE', '/v1/business-centers/bc1/members/away');
  const imported = await whileItWaits([row, []], [...members, link, assignment('away', ['POST'])], removes);
  expect(imported.body).toMatchObject({ changed: { member: 1, account_link: 1, assignment: 1 } });
  expect(await decision(app, 'away', 'read_profile')).toBe('ALLOW via BUSINESS_CENTER');
  // It was not made anew as a whole: what was not touched began before.
  const began = `select l.valid_from < m.valid_from as before from account_link l, member m
    where l.user_id = 'held' and l.valid_to is null and m.user_id = 'away' and m.valid_to is null`;
  expect(await sql(app, began)).toEqual([{ before: true }]);
});

test('a role in an ad account that moves meanwhile is one in its new Business Center', async () => {
  const role = { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'sam', advertiser_role: 'ADMIN' };
  const imported = await whileItWaits(APPLIED, [role], async () => put(app, '/v1/ad-accounts/adv1', { bc_id: 'bc2' }));
  expect(inWords(imported)).toBe('200');
  const current = "select advertiser_role from ad_account_member where user_id = 'sam' and valid_to is null";
  expect(await sql(app, current)).toEqual([{ advertiser_role: 'ADMIN' }]);
});

test('attributes that somebody changed meanwhile are told as what they were', async () => {
  const PATH = '/v1/entities/campaign/one';
  await put(app, PATH, { attributes: { step: 1 } });
  const lines = [
    { type: 'entity', entity_type: 'campaign', id: 'one', attributes: { step: 3 } },
    { type: 'entity', entity_type: 'campaign', id: 'held', attributes: {} },
  ];
  const row = "insert into entity (type, id, attributes) values ('campaign', 'held', '{}')";
  await whileItWaits([row, []], lines, async () => put(app, PATH, { attributes: { step: 2 } }));
  const entries = await sql<{ before: unknown }>(
    app,
    "select before from audit_entry where event = 'entity.put' and subject_id = 'one' order by at desc limit 1",
  );
  expect(entries).toEqual([{ before: { attributes: { step: 2 } } }]);
});

test('an account that somebody changed meanwhile is told as what it was, too', async () => {
  const lines = ['held', 'other'].map((id) => ({ type: 'tiktok_account', id, handle: `@${id}` }));
  for (const { id } of lines) await put(app, `/v1/tiktok-accounts/${id}`, { handle: '@first' });
  const row = "select from tiktok_account where id = 'held' for update";
  await whileItWaits([row, []], lines, async () => put(app, '/v1/tiktok-accounts/other', { handle: '@second' }));
  const [last] = await sql<{ before: unknown }>(
    app,
    "select before from audit_entry where event = 'tiktok_account.put' and subject_id = 'other' order by at desc limit 1",
  );
  expect(last).toMatchObject({ before: { handle: '@second' } });
});

test('a role that comes with its ad account stands, though somebody moves the ad account away meanwhile', async () => {
  await put(app, '/v1/ad-accounts/back', { name: 'Back', bc_id: 'bc1' });
  const lines = [
    { type: 'ad_account', advertiser_id: 'back', name: 'Back', bc_id: 'bc1' },
    { type: 'ad_account_member', advertiser_id: 'back', user_id: 'sam', advertiser_role: 'ADMIN' },
  ];
  const away = async (): Promise<unknown> => put(app, '/v1/ad-accounts/back', { bc_id: 'bc2' });
  expect(inWords(await whileItWaits(APPLIED, lines, away))).toBe('200');
  const roles = `select m.advertiser_role, a.bc_id from ad_account_member m join ad_account a using (advertiser_id)
    where a.advertiser_id = 'back' and m.valid_to is null`;
  expect(await sql(app, roles)).toEqual([{ advertiser_role: 'ADMIN', bc_id: 'bc1' }]);
});

test('roles in an ad account that somebody moved before an import did end in the trail of where it was', async () => {
  await put(app, '/v1/business-centers/bc3', { name: 'Third Agency' });
  for (const id of ['holds', 'roams']) await put(app, `/v1/ad-accounts/${id}`, { name: id, bc_id: 'bc1' });
  const lines = ['holds', 'roams'].map((id) => ({ type: 'ad_account', advertiser_id: id, name: id, bc_id: 'bc2' }));
  const row = "select from ad_account where advertiser_id = 'holds' for update";
  const roams = async (): Promise<void> => {
    await put(app, '/v1/ad-accounts/roams', { bc_id: 'bc3' });
    await put(app, '/v1/ad-accounts/roams/members/sam', { advertiser_role: 'ADMIN' });
  };
  expect(inWords(await whileItWaits([row, []], lines, roams))).toBe('200');
  const ended = `select bc_id from audit_entry where event = 'ad_account_member.removed' and 'IMPORTED' = any (flags)
    and before ->> 'advertiser_id' = 'roams'`;
  expect(await sql(app, ended)).toEqual([{ bc_id: 'bc3' }]);
});

test('what somebody opens while an import is about to open it is replaced, and told as what it was', async () => {
  for (const user of ['first', 'second'])
    await put(app, `/v1/business-centers/bc1/members/${user}`, { user_role: 'STANDARD' });
  await app.call('DELETE', '/v1/business-centers/bc1/members/second');
  const lines = ['first', 'second'].map((user) => ({
    type: 'member',
    bc_id: 'bc1',
    user_id: user,
    user_role: 'ADMIN',
  }));
  const row = "select from member where user_id = 'first' and valid_to is null for update";
  const opens = async (): Promise<unknown> =>
    put(app, '/v1/business-centers/bc1/members/second', { user_role: 'STANDARD' });
  expect((await whileItWaits([row, []], lines, opens)).body).toMatchObject({ changed: { member: 2 } });
  const [last] = await sql<{ before: unknown; after: unknown }>(
    app,
    "select before, after from audit_entry where event = 'member.put' and subject_id = 'second' order by at desc limit 1",
  );
  expect(last).toEqual({ before: { user_role: 'STANDARD' }, after: { user_role: 'ADMIN' } });
});

test('others wait for what they have touched of an import, and for nothing else of it', async () => {
  await put(app, '/v1/business-centers/bc1/members/touched', { user_role: 'STANDARD' });
  await grant(app, ['POST']);
  const links = Array.from({ length: 2000 }, (_, n) => ({
    type: 'account_link',
    tiktok_account_id: 'brand',
    user_id: `untouched-${n}`,
    scopes: ['POST'],
  }));
  const lines = [...links, assignment('touched', ['POST'])];
  // Whoever grants more ends the grant that there was, and with it what the import has assigned under it.
  const imported = await whileItWaits(APPLIED, lines, async () => grant(app, ['LIVE']));
  expect(imported.body).toMatchObject({ changed: { account_link: 2000, assignment: 1 }, skipped: [] });
  // What was brought in behind the gate began after that grant, and nothing else did.
  const began = `select
      (select count(*)::int from account_link where user_id like 'untouched-%' and valid_from < g.valid_from) as before,
      (select count(*)::int from assignment a where a.user_id = 'touched' and valid_to is null
          and a.valid_from >= g.valid_from) as after
    from account_grant g where g.tiktok_account_id = 'brand' and g.bc_id = 'bc1' and g.valid_to is null`;
  expect(await sql(app, began)).toEqual([{ before: 2000, after: 1 }]);
  const trail = "select event from audit_entry where subject_id = 'touched' and 'IMPORTED' = any (flags) order by id";
  expect(await sql(app, trail)).toEqual(
    ['assignment.put', 'assignment.ended', 'assignment.put'].map((event) => ({ event })),
  );
});

const REPLACES = '?mode=replace&bc_id=bc3&max_ended=100&scope=';
const MEMBERS = ['ada', 'ben'].map((user) => ({ type: 'member', bc_id: 'bc3', user_id: user, user_role: 'ADMIN' }));

const memberRow = (user: string): string =>
  `select from member where bc_id = 'bc3' and user_id = '${user}' and valid_to is null for update`;
const inThird = async (users: string[]): Promise<void> => {
  await put(app, '/v1/business-centers/bc3', { name: 'Third Agency' });
  for (const user of users) await put(app, `/v1/business-centers/bc3/members/${user}`, { user_role: 'STANDARD' });
};

test('a replacement ends what somebody adds meanwhile', async () => {
  await inThird(['ada', 'cy']);
  const adds = async (): Promise<void> => inThird(['dora']);
  const imported = await whileItWaits([memberRow('ada'), []], MEMBERS, adds, { query: `${REPLACES}members` });
  expect(imported.body).toMatchObject({ ended: { member: 2 } });
  expect(await sql(app, "select user_id from member where bc_id = 'bc3' and valid_to is null order by 1")).toEqual(
    ['ada', 'ben'].map((user) => ({ user_id: user })),
  );
});

test('a replacement counts nothing that somebody else ends meanwhile', async () => {
  await inThird(['eve', 'fred']);
  const removes = async (): Promise<unknown> => app.call('DELETE', '/v1/business-centers/bc3/members/fred');
  const imported = await whileItWaits([memberRow('eve'), []], MEMBERS, removes, { query: `${REPLACES}members` });
  expect(imported.body).toMatchObject({ ended: { member: 1 }, ending: [{ user_id: 'eve' }] });
});

test('an ad account that moves meanwhile is not taken from where it went', async () => {
  await put(app, '/v1/business-centers/bc3', { name: 'Third Agency' });
  for (const id of ['held', 'moves']) await put(app, `/v1/ad-accounts/${id}`, { name: id, bc_id: 'bc3' });
  const row = "select from ad_account where advertiser_id = 'held' for update";
  const moves = async (): Promise<unknown> => put(app, '/v1/ad-accounts/moves', { bc_id: 'bc2' });
  const imported = await whileItWaits([row, []], MEMBERS, moves, { query: `${REPLACES}ad_accounts` });
  expect(imported.body).toMatchObject({ ended: { ad_account: 1 }, ending: [{ advertiser_id: 'held' }] });
  expect(await sql(app, "select bc_id from ad_account where advertiser_id = 'moves'")).toEqual([{ bc_id: 'bc2' }]);
});

test('the requests of an administrator whom the file lacks are void, though it names no member', async () => {
  await put(app, '/v1/business-centers/bc4', { name: 'Fourth Agency' });
  await put(app, '/v1/business-centers/bc4/members/fay', { user_role: 'ADMIN' });
  const path = '/v1/business-centers/bc4/access-requests';
  const { body } = await app.call('POST', path, { actor: 'user:fay', body: { scopes: ['POST'] } });
  const lines = [{ type: 'business_center', bc_id: 'bc4', name: 'Fourth Agency' }];
  await bring(app, lines, { query: '?mode=replace&bc_id=bc4&max_ended=100&scope=members' });
  expect(await sql(app, 'select status from access_request where id = $1', [body.id])).toEqual([{ status: 'VOID' }]);
});
