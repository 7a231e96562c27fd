import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type Answer, type TestApp } from '../support/app.ts';
import { put } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';
import { writeOf } from '../support/trails.ts';

// An import does not open again what an owner or an administrator ended, unless it is told to.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => app.close());

/** A world of its own for each cell: a Business Center, its people, an account that it holds, an ad account. */
interface Cell {
  bc: string;
  account: string;
  advertiser: string;
}
const fresh: Cell[] = [];
let cells = 0;
async function cell(): Promise<Cell> {
  if (fresh.length === 0) await bringCells(30);
  return fresh.shift() ?? cell();
}

async function bringCells(count: number): Promise<void> {
  const more = Array.from({ length: count }, (): Cell => {
    cells += 1;
    return { bc: `bc-${cells}`, account: `account-${cells}`, advertiser: `adv-${cells}` };
  });
  const lines = more.flatMap((it) => [
    { type: 'business_center', bc_id: it.bc, name: 'Agency' },
    { type: 'tiktok_account', id: it.account, handle: `@${it.account}` },
    { type: 'ad_account', advertiser_id: it.advertiser, name: 'Campaigns', bc_id: it.bc },
    { type: 'member', bc_id: it.bc, user_id: 'adm', user_role: 'ADMIN' },
    ...RELATIONS.map((relation) => lineOf(it, relation)),
  ]);
  expect((await bring(app, lines)).status).toBe(200);
  fresh.push(...more);
}

type Relation = 'member' | 'ad_account_member' | 'account_link' | 'account_grant' | 'assignment';
const RELATIONS: Relation[] = ['member', 'ad_account_member', 'account_link', 'account_grant', 'assignment'];

/** What sam has in each relation at first, and a lower value of it. */
const VALUES: Record<Relation, { column: string; high: unknown; low: unknown }> = {
  member: { column: 'user_role', high: 'ADMIN', low: 'STANDARD' },
  ad_account_member: { column: 'advertiser_role', high: 'OPERATOR', low: 'ANALYST' },
  account_link: { column: 'scopes', high: ['LIVE', 'POST'], low: ['POST'] },
  account_grant: { column: 'scopes', high: ['LIVE', 'POST'], low: ['POST'] },
  assignment: { column: 'scopes', high: ['LIVE', 'POST'], low: ['POST'] },
};

function lineOf({ bc, account, advertiser }: Cell, type: Relation, which: 'high' | 'low' = 'high'): object {
  const keys: Record<Relation, object> = {
    member: { bc_id: bc, user_id: 'sam' },
    ad_account_member: { advertiser_id: advertiser, user_id: 'sam' },
    account_link: { tiktok_account_id: account, user_id: 'sam' },
    account_grant: { bc_id: bc, tiktok_account_id: account },
    assignment: { bc_id: bc, tiktok_account_id: account, user_id: 'sam' },
  };
  return { type, ...keys[type], [VALUES[type].column]: VALUES[type][which] };
}

function pathOf({ bc, account, advertiser }: Cell, relation: Relation, by: By): string {
  const paths: Record<Relation, string> = {
    member: `/v1/business-centers/${bc}/members/sam`,
    ad_account_member: `/v1/ad-accounts/${advertiser}/members/sam`,
    account_link: `/v1/tiktok-accounts/${account}/links/sam`,
    account_grant:
      by === 'owner'
        ? `/v1/tiktok-accounts/${account}/grants/${bc}`
        : `/v1/business-centers/${bc}/tiktok-accounts/${account}`,
    assignment: `/v1/business-centers/${bc}/tiktok-accounts/${account}/members/sam`,
  };
  return paths[relation];
}

type By = 'key' | 'administrator' | 'owner';
const actorOf = (it: Cell, by: By): { actor?: string } =>
  by === 'key' ? {} : { actor: by === 'owner' ? `tiktok_account:${it.account}` : 'user:adm' };

/** Ends what sam has, or lowers it, as somebody. */
async function end(it: Cell, relation: Relation, how: 'ended' | 'lowered', by: By): Promise<Answer> {
  if (how === 'ended') return app.call('DELETE', pathOf(it, relation, by), actorOf(it, by));
  // Whom a key alone may not lower by a single call, an import lowers.
  if (by === 'key') return bring(app, [lineOf(it, relation, 'low')]);
  const body = { [VALUES[relation].column]: VALUES[relation].low };
  return app.call('PUT', pathOf(it, relation, by), { ...actorOf(it, by), body });
}

/** The owner revokes, and lets the administrator have less than before. */
async function grantLess(it: Cell): Promise<void> {
  await app.call('DELETE', `/v1/tiktok-accounts/${it.account}/grants/${it.bc}`, actorOf(it, 'owner'));
  const body = { scopes: VALUES.account_grant.low };
  const asked = await app.call('POST', `/v1/business-centers/${it.bc}/access-requests`, { actor: 'user:adm', body });
  const token = new URL(asked.body.consent_url).pathname.split('/').at(-1);
  const approved = await app.call('POST', `/v1/consents/${token}/approve`, actorOf(it, 'owner'));
  expect(approved.status).toBe(200);
}

const WHERE: Record<Relation, (it: Cell) => [condition: string, id: string]> = {
  member: (it) => [`user_id = 'sam' and bc_id = $1`, it.bc],
  ad_account_member: (it) => [`user_id = 'sam' and advertiser_id = $1`, it.advertiser],
  account_link: (it) => [`user_id = 'sam' and tiktok_account_id = $1`, it.account],
  account_grant: (it) => ['bc_id = $1', it.bc],
  assignment: (it) => [`user_id = 'sam' and bc_id = $1`, it.bc],
};

/** What sam, or the Business Center, has now. */
async function current(it: Cell, relation: Relation): Promise<unknown> {
  const [condition, id] = WHERE[relation](it);
  const [row] = await sql<{ value: unknown }>(
    app,
    `select ${VALUES[relation].column} as value from ${relation} where valid_to is null and ${condition}`,
    [id],
  );
  return row?.value ?? null;
}

const [SKIPPED, LOWERED] = ['ENDED_BY_PERSON', 'LOWERED_BY_PERSON'];
const [OPEN, MARKED, HELD] = ['opened', 'opened, REOPENED', '400 invalid_request'];

test.each<[Relation, 'ended' | 'lowered', By, merge: string, reopen: string]>([
  ['member', 'ended', 'key', OPEN, OPEN],
  ['member', 'ended', 'administrator', SKIPPED, MARKED],
  ['member', 'lowered', 'key', OPEN, OPEN],
  ['member', 'lowered', 'administrator', LOWERED, MARKED],
  ['ad_account_member', 'ended', 'key', OPEN, OPEN],
  ['ad_account_member', 'ended', 'administrator', SKIPPED, MARKED],
  ['ad_account_member', 'lowered', 'key', OPEN, OPEN],
  ['ad_account_member', 'lowered', 'administrator', LOWERED, MARKED],
  ['account_link', 'ended', 'key', OPEN, OPEN],
  ['account_link', 'ended', 'administrator', SKIPPED, MARKED],
  ['account_link', 'ended', 'owner', SKIPPED, MARKED],
  ['account_link', 'lowered', 'key', OPEN, OPEN],
  ['account_link', 'lowered', 'administrator', LOWERED, MARKED],
  ['account_link', 'lowered', 'owner', LOWERED, MARKED],
  ['account_grant', 'ended', 'administrator', SKIPPED, MARKED],
  ['account_grant', 'ended', 'owner', SKIPPED, MARKED],
  // A grant that is held stays as its owner gave it, whatever the mode.
  ['account_grant', 'lowered', 'owner', LOWERED, HELD],
  ['assignment', 'ended', 'administrator', SKIPPED, MARKED],
  ['assignment', 'lowered', 'key', OPEN, OPEN],
  ['assignment', 'lowered', 'administrator', LOWERED, MARKED],
])('%s %s by %s: merge %s, reopen %s', async (relation, how, by, ...expected) => {
  for (const [index, mode] of ['merge', 'reopen'].entries()) {
    const it = await cell();
    if (relation === 'account_grant' && how === 'lowered') await grantLess(it);
    else expect((await end(it, relation, how, by)).status).toBeLessThan(300);
    const before = await current(it, relation);
    const line = lineOf(it, relation);
    const answer = await bring(app, ['', line], { query: `?mode=${mode}` });
    expect(await answered(answer)).toBe(expected[index]);
    const opened = expected[index] === OPEN || expected[index] === MARKED;
    expect(await current(it, relation)).toEqual(opened ? VALUES[relation].high : before);
    expect(answer.body.imported ?? {}).toEqual(opened ? { [relation]: 1 } : {});
  }
});

/** What became of the one fact in line 2: opened (with what the trail says), skipped and why, or refused. */
async function answered({ status, body }: Answer): Promise<string> {
  if (status !== 200) return `${status} ${body.code}`;
  const [skipped] = body.skipped;
  expect(body.skipped_count).toBe(body.skipped.length);
  if (skipped) {
    expect(skipped.line).toBe(2);
    return skipped.reason;
  }
  const entries = await sql<{ flags: string[] }>(app, `select flags from audit_entry where write_id = $1 order by id`, [
    writeOf(body.revision),
  ]);
  const flags = entries.map((entry) => entry.flags);
  const marked = flags.flat().includes('REOPENED');
  // The row's own entry, and that of the import, say so alike.
  expect(flags).toEqual(marked ? [['IMPORTED', 'REOPENED'], ['REOPENED']] : [['IMPORTED'], []]);
  return marked ? MARKED : OPEN;
}

test('what a person ended stays ended, whatever scopes a line names', async () => {
  const it = await cell();
  const lines = (['account_link', 'account_grant', 'assignment'] as const).map((relation) => lineOf(it, relation));
  const withScopes = (scopes: string[], which = lines): object[] => which.map((line) => ({ ...line, scopes }));
  const [link = {}, , assignment = {}] = lines;
  expect((await bring(app, withScopes(['LIVE'], [link, assignment]))).status).toBe(200);
  await end(it, 'account_link', 'ended', 'owner');
  await end(it, 'assignment', 'ended', 'administrator');
  expect((await bring(app, withScopes(['POST'], [link, assignment]))).body.skipped).toEqual([
    { line: 1, reason: SKIPPED },
    { line: 2, reason: SKIPPED },
  ]);

  const account = `${it.account}-live`;
  const live = { type: 'account_grant', bc_id: it.bc, tiktok_account_id: account, scopes: ['LIVE'] };
  await bring(app, [{ type: 'tiktok_account', id: account, handle: '@live' }, live]);
  await app.call('DELETE', `/v1/tiktok-accounts/${account}/grants/${it.bc}`, { actor: `tiktok_account:${account}` });
  const assigned = { ...live, type: 'assignment', user_id: 'adm', scopes: ['POST'] };
  expect((await bring(app, [{ ...live, scopes: ['POST'] }, assigned])).body.skipped).toEqual([
    { line: 1, reason: SKIPPED },
    { line: 2, reason: 'GRANT_ENDED_BY_PERSON' },
  ]);
});

test('a service alone ends no grant and no assignment', async () => {
  const it = await cell();
  for (const relation of ['account_grant', 'assignment'] as const) {
    expect(inWords(await end(it, relation, 'ended', 'key'))).toMatch(/^4\d\d /);
  }
});

describe('what leans on something that a person ended', () => {
  const everything = (it: Cell): object[] => RELATIONS.map((relation) => lineOf(it, relation));
  const skipped = (answer: Answer): string[] =>
    answer.body.skipped.map(({ line, reason }: { line: number; reason: string }) => `${line} ${reason}`);

  test('the owner revoked: the grant and what was assigned under it are skipped, the rest comes in', async () => {
    const it = await cell();
    await end(it, 'account_grant', 'ended', 'owner');
    const other = { ...lineOf(it, 'assignment'), user_id: 'adm' };
    const line = { type: 'member', bc_id: it.bc, user_id: 'new', user_role: 'STANDARD' };
    const answer = await bring(app, [...everything(it), other, line]);
    expect(skipped(answer)).toEqual(['4 ENDED_BY_PERSON', '5 ENDED_BY_PERSON', '6 GRANT_ENDED_BY_PERSON']);
    expect(answer.body.imported).toEqual({ account_link: 1, ad_account_member: 1, member: 2 });
    expect([await current(it, 'account_grant'), await current(it, 'assignment')]).toEqual([null, null]);
  });

  test('an administrator removed a member: the member and all that they were assigned are skipped', async () => {
    const it = await cell();
    await end(it, 'member', 'ended', 'administrator');
    const answer = await bring(app, everything(it));
    expect(skipped(answer)).toEqual(['1 ENDED_BY_PERSON', '5 ENDED_BY_PERSON']);
    await put(app, `/v1/business-centers/${it.bc}/members/sam`, { user_role: 'STANDARD' });
    expect(skipped(await bring(app, [lineOf(it, 'assignment')]))).toEqual(['1 ENDED_BY_PERSON']);
  });

  test('somebody who never had it, and who was removed: for their membership', async () => {
    const it = await cell();
    const path = `/v1/business-centers/${it.bc}/members/mia`;
    await put(app, path, { user_role: 'STANDARD' });
    await app.call('DELETE', path, { actor: 'user:adm' });
    const answer = await bring(app, [{ ...lineOf(it, 'assignment'), user_id: 'mia' }]);
    expect(skipped(answer)).toEqual(['1 MEMBER_ENDED_BY_PERSON']);
  });

  test('the owner allows less than before: what is wider than that is skipped', async () => {
    const it = await cell();
    await grantLess(it);
    const wide = { ...lineOf(it, 'assignment'), user_id: 'adm' };
    expect(skipped(await bring(app, [wide, { ...wide, scopes: ['LIVE'] }]))).toEqual(['2 GRANT_ENDED_BY_PERSON']);
    expect(skipped(await bring(app, [{ ...wide, scopes: ['POST'] }]))).toEqual([]);
  });

  test('a new grant for the same pair starts with none: old assignments do not come back by an import', async () => {
    const it = await cell();
    await grantLess(it);
    const answer = await bring(app, [lineOf(it, 'assignment', 'low')]);
    expect(skipped(answer)).toEqual(['1 ENDED_BY_PERSON']);
    expect(await current(it, 'assignment')).toBeNull();
  });

  test('reopen brings all of it back, from one file', async () => {
    const it = await cell();
    await end(it, 'account_grant', 'ended', 'owner');
    await end(it, 'member', 'ended', 'administrator');
    const answer = await bring(app, everything(it), { query: '?mode=reopen' });
    expect(answer.body).toMatchObject({ skipped: [], skipped_count: 0 });
    expect(await current(it, 'assignment')).toEqual(VALUES.assignment.high);
  });

  test('reopen opens what the file names and no more: without its grant an assignment is a bad line', async () => {
    const it = await cell();
    await end(it, 'account_grant', 'ended', 'owner');
    const answer = await bring(app, [lineOf(it, 'assignment')], { query: '?mode=reopen' });
    expect(answer.body.errors).toMatchObject([{ pointer: 'line 1' }]);
  });
});

test('who ended it last counts', async () => {
  const it = await cell();
  const path = `/v1/business-centers/${it.bc}/members/sam`;
  await app.call('DELETE', path, { actor: 'user:adm' });
  await put(app, path, { user_role: 'ADMIN' });
  await app.call('DELETE', path);
  expect((await bring(app, [lineOf(it, 'member')])).body.skipped_count).toBe(0);
  await app.call('PUT', path, { actor: 'user:adm', body: { user_role: 'STANDARD' } });
  await app.call('DELETE', path);
  // The membership was ended by a service, but the administrator's role by a person before that.
  expect((await bring(app, [lineOf(it, 'member')])).body.skipped).toEqual([{ line: 1, reason: 'ENDED_BY_PERSON' }]);
  expect((await bring(app, [lineOf(it, 'member', 'low')])).body.skipped_count).toBe(0);
});

test('an import may lower what a person gave', async () => {
  const it = await cell();
  await bring(app, [lineOf(it, 'member', 'low')], { actor: 'user:adm' });
  expect(await current(it, 'member')).toBe('STANDARD');
  expect((await bring(app, [lineOf(it, 'member')])).body.skipped).toEqual([{ line: 1, reason: LOWERED }]);
});

test('of several lines about one thing the last is skipped, and a thousand are named', async () => {
  const it = await cell();
  await end(it, 'member', 'ended', 'administrator');
  const low = lineOf(it, 'member', 'low');
  expect((await bring(app, [low, lineOf(it, 'member'), low])).body).toMatchObject({
    imported: { member: 2 },
    skipped: [{ line: 3, reason: SKIPPED }],
  });
  const many = Array.from({ length: 1200 }, (_, index) => ({ ...low, user_id: `user-${index}` }));
  await bring(app, many);
  await sql(
    app,
    `update member set valid_to = now(), ended_by = 'user:adm', ended_write = uuidv7() where bc_id = $1 and valid_to is null`,
    [it.bc],
  );
  const { body } = await bring(app, many);
  expect([body.skipped.length, body.skipped_count, body.skipped.at(-1)]).toEqual([
    1000,
    1200,
    { line: 1000, reason: SKIPPED },
  ]);
});
