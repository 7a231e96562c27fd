import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bringAgency, nth } from '../support/agency.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { decision } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

// Many members and many accounts at once, and a minute to undo it.

const ASSIGN = '/console/bc1/assign';
let app: TestApp;
let adm: SignedInBrowser;
beforeAll(async () => {
  app = await testApp();
  await bringAgency(app, { accounts: 26, members: 41, holders: 30 });
  adm = await signInAs(app, 'user:adm');
});
afterAll(async () => app.close());

const users = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => nth('u', from + n));
const accounts = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => nth('t', from + n));

async function held(user: string, account: string): Promise<string> {
  const path = `/v1/business-centers/bc1/tiktok-accounts/${account}/members/${user}`;
  const { status, body } = await app.call('GET', path);
  return status === 200 ? body.scopes.join() : String(status);
}

/** Sends the form; what has to be confirmed is confirmed as the page that asks says. */
async function send(fields: Record<string, string | string[]>, browser = adm): Promise<Response> {
  const answer = await browser.post(ASSIGN, fields);
  const page = await answer.clone().text();
  const confirmed = /name="confirmed" value="([\w-]+)"/.exec(page)?.[1];
  return confirmed === undefined ? answer : browser.post(ASSIGN, { ...fields, confirmed });
}

/** The form with which a page offers to undo what was just done. */
async function undoOffered(done: Response): Promise<Record<string, string>> {
  const flash = done.headers.getSetCookie().map((it) => it.split(';')[0]);
  const page = await adm.get(done.headers.get('Location') ?? '', { Cookie: [adm.cookie, ...flash].join('; ') });
  const form = /<form[^>]*action="\/console\/bc1\/undo"[\s\S]*?<\/form>/.exec(await page.text())?.[0] ?? '';
  const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
  return Object.fromEntries(fields) as Record<string, string>;
}

async function undone(fields: Record<string, string>): Promise<string | undefined> {
  const answer = await adm.post('/console/bc1/undo', fields);
  const cookie = answer.headers.getSetCookie().find((it) => it.includes('flash')) ?? '';
  const value = cookie.split(';')[0]?.split('.').at(-1) ?? '';
  return /"done":"(\w+)"/.exec(Buffer.from(value, 'base64url').toString('utf8'))?.[1];
}

test('ten people get ten accounts in one write, each as far as its owner authorized', async () => {
  const fields = { members: users(0, 10), accounts: accounts(1, 11), scopes: ['LIVE', 'POST'], intent: 'assign' };
  const asked = (await (await adm.post(ASSIGN, fields)).text()).replaceAll(/\s+/g, ' ');
  expect(asked).toMatch(/Assigned only in part.*Store 0003.*Store 0007/);
  const done = await send({ ...fields, from: 'accounts' });
  expect([done.status, done.headers.get('Location')]).toEqual([303, '/console/bc1/tiktok-accounts']);
  expect(await held('u0009', 't0010')).toBe('LIVE,POST');
  expect(await held('u0000', 't0003')).toBe('POST');
  const steps = "select write_id from audit_entry where event = 'assignment.put' order by id desc limit 100";
  expect(new Set((await sql<{ write_id: string }>(app, steps, [])).map((it) => it.write_id)).size).toBe(1);
});

describe('what will happen is told before it does', () => {
  const preview = async (fields: Record<string, string[]>): Promise<string> => {
    const page = await (await adm.post(ASSIGN, { ...fields, intent: 'assign' })).text();
    return page
      .slice(page.indexOf('<main'))
      .replaceAll(/<[^>]*>|\s+/g, ' ')
      .replaceAll(/ +/g, ' ');
  };

  test('who gets which account at which level, and how many assignments that makes', async () => {
    const said = await preview({ members: users(37, 39), accounts: ['t0003', 't0005'], scopes: ['POST', 'LIVE'] });
    expect(said).toMatch(/2 members × 2 accounts = 4 assignments/);
    expect(await held('u0037', 't0003'), 'nothing is done yet').toBe('404');
    expect(said).toMatch(/0037 .*0038 .*Assigned as you chose .*Store 0005.*Assigned only in part.*Store 0003/);
    expect(said).not.toMatch(/replace/);
  });

  test('even where all get more, and nobody less', async () => {
    const said = await preview({ members: ['u0038'], accounts: ['t0005'], scopes: ['POST'] });
    expect(said).toMatch(/1 member × 1 account = 1 assignment .*Assigned as you chose .*Store 0005/);
    expect(await held('u0038', 't0005')).toBe('404');
  });

  test('an account of which nothing can be given makes no assignment', async () => {
    const said = await preview({ members: users(37, 39), accounts: ['t0003', 't0005'], scopes: ['LIVE'] });
    expect(said).toMatch(/2 members × 1 account = 2 assignments.*Store 0005.*Not assigned, as.*Store 0003/);
  });

  test('that something is replaced, only where it is, be it by more', async () => {
    const both = { accounts: ['t0000', 't0003'], scopes: ['POST', 'LIVE'] };
    expect(await preview({ members: ['u0012', 'u0038'], ...both })).toMatch(/1 of them replaces what the member has/);
    expect(await preview({ members: ['u0012', 'u0038'], ...both, scopes: ['LIVE'] })).toMatch(/1 of them replaces/);
  });
});

test('what somebody would lose is shown first; once it is something else, it is asked again', async () => {
  const fields = { members: ['u0010'], accounts: ['t0000'], scopes: 'LIVE', intent: 'assign' };
  const asked = await (await adm.post(ASSIGN, fields)).text();
  expect(asked.replaceAll(/\s+/g, ' ')).toMatch(
    /1 assignment gets smaller.*Anna Zhang 0010.*Store 0000.*Loses.*Use existing posts/,
  );
  expect((await adm.post(ASSIGN, { ...fields, confirmed: 'else' })).status).toBe(200);
  expect(await held('u0010', 't0000')).toBe('POST');
  expect((await send(fields)).status).toBe(303);
  expect(await held('u0010', 't0000')).toBe('LIVE');
});

test('names, emails, handles and ids can be written, one a line', async () => {
  const fields = {
    more_members: 'U0020@EXAMPLE.com\r\nben nguyen 0021\nadm',
    more_accounts: 'store_0005\n@STORE_0006\nt0008',
    scopes: 'POST',
    intent: 'assign',
  };
  expect((await send(fields)).status).toBe(303);
  for (const user of ['u0020', 'adm'])
    for (const account of ['t0005', 't0006', 't0008']) expect(await held(user, account)).toBe('POST');
});

test.each<[string, Record<string, string | string[]>, RegExp]>([
  ['nothing', {}, /Select at least one member.*Select at least one TikTok account.*Choose at least one permission/],
  ['a line that names nobody', { more_members: 'Nobody', accounts: 't0001', scopes: 'POST' }, /named “Nobody”/],
  ['an account that is not held', { members: 'u0001', accounts: 'gone', scopes: 'POST' }, /1\. Someone removed them/],
  [
    'levels that no owner granted',
    { members: 'u0001', accounts: 't0003', scopes: 'LIVE' },
    /none of the chosen levels/,
  ],
  ['more than 1,000', { members: users(0, 40), accounts: accounts(0, 26), scopes: 'POST' }, /At most 1,000/],
])('%s: said at the form, and nothing is changed', async (_, fields, said) => {
  const before = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
  const answer = await adm.post(ASSIGN, { ...fields, intent: 'assign' });
  expect((await answer.text()).replaceAll(/\s+/g, ' ')).toMatch(said);
  const after = await app.call('GET', '/v1/audit?bc_id=bc1&limit=200');
  expect(after.body.items).toHaveLength(before.body.items.length);
});

test('several members lose an account, after a look at who does', async () => {
  const fields = { members: users(25, 35), accounts: 't0000', from: 'access', intent: 'unassign' };
  const asked = (await (await adm.post(ASSIGN, fields)).text()).replaceAll(/\s+/g, ' ');
  expect(asked).toMatch(/5 assignments end.*0025.*0029/);
  const done = await send(fields);
  expect(done.headers.get('Location')).toBe('/console/bc1/tiktok-accounts/t0000/members');
  expect(await decision(app, 'u0025', 'read_public_videos', 'tiktok_account:t0000')).toBe('DENY NO_ASSIGNMENT');
  expect(await held('u0024', 't0000')).toBe('POST');
});

test.each([
  ['a standard member', 'user:u0001', 403],
  ['an administrator of elsewhere', 'user:ext', 404],
])('%s changes nothing, and sees no form', async (_, who, status) => {
  const browser = await signInAs(app, who);
  const fields = { members: 'u0030', accounts: 't0001', scopes: 'POST', intent: 'assign' };
  expect([(await browser.get(ASSIGN)).status, (await browser.post(ASSIGN, fields)).status]).toEqual([status, status]);
  expect(await held('u0030', 't0001')).toBe('404');
});

describe('for a minute', () => {
  const change = async (scopes: string): Promise<Record<string, string>> =>
    undoOffered(await send({ members: ['u0015', 'u0036'], accounts: ['t0000'], scopes, intent: 'assign' }));
  const both = async (): Promise<string[]> => [await held('u0015', 't0000'), await held('u0036', 't0000')];

  test('a change can be undone, and that only once', async () => {
    const undo = await change('LIVE');
    expect(await both()).toEqual(['LIVE', 'LIVE']);
    expect(await undone(undo)).toBe('undone');
    expect(await both()).toEqual(['POST', '404']);
    expect(await undone({ ...undo, once: 'another-key-of-a-form-0' })).toBe('notUndone');
  });

  test('what was taken comes back', async () => {
    const done = await adm.post('/console/bc1/tiktok-accounts/t0000/members/u0016', { intent: 'unassign' });
    expect(await held('u0016', 't0000')).toBe('404');
    expect(await undone(await undoOffered(done))).toBe('undone');
    expect(await held('u0016', 't0000')).toBe('POST');
  });

  test.each(['ANALYST', 'NONE'])('a role that became %s is what it was before', async (role) => {
    const path = '/v1/ad-accounts/adv1/members/u0017';
    const roleNow = async (): Promise<string | undefined> => (await app.call('GET', path)).body?.advertiser_role;
    await app.call('PUT', path, { body: { advertiser_role: 'OPERATOR' } });
    const undo = await undoOffered(await adm.post('/console/bc1/ad-accounts/adv1/members/u0017', { role }));
    expect(await roleNow()).toBe(role === 'NONE' ? undefined : role);
    expect(await undone(undo)).toBe('undone');
    expect(await roleNow()).toBe('OPERATOR');
    expect(await undone({ ...undo, once: `another-key-of-a-form-${role}` })).toBe('notUndone');
  });

  test('a first role is taken away again, and not once it has changed', async () => {
    const path = '/v1/ad-accounts/adv1/members/u0018';
    const give = async (): Promise<Record<string, string>> =>
      undoOffered(await adm.post('/console/bc1/ad-accounts/adv1/members/u0018', { role: 'ADMIN' }));
    expect(await undone(await give())).toBe('undone');
    expect((await app.call('GET', path)).status).toBe(404);
    const undo = await give();
    await app.call('PUT', path, { body: { advertiser_role: 'ANALYST' } });
    expect(await undone(undo)).toBe('notUndone');
    expect((await app.call('GET', path)).body.advertiser_role).toBe('ANALYST');
  });

  test('who was removed does not come back with what they held, whoever asks', async () => {
    const done = await adm.post('/console/bc1/members/u0019', { intent: 'remove' });
    expect(await undoOffered(done)).toEqual({});
    const last = "select write_id as id from audit_entry where event = 'member.removed' order by id desc limit 1";
    const [write] = await sql<{ id: string }>(app, last, []);
    const back = await app.call('PUT', '/v1/business-centers/bc1/members/u0019', { body: { user_role: 'STANDARD' } });
    const revision = (back.headers.get('X-Sparkgate-Revision') ?? '').replace(/[^.]+$/, `${write?.id}`);
    expect(revision).toMatch(/\w+\.[\w.]+\.[0-9a-f-]{36}$/);
    expect(await undone({ revision, back: '/console/bc1/members' })).toBe('notUndone');
    expect(await held('u0019', 't0000')).toBe('404');
  });

  test('not once anything of it has changed, be it back and forth', async () => {
    const undo = await change('LIVE');
    const path = '/v1/business-centers/bc1/tiktok-accounts/t0000/members/u0036';
    for (const scopes of [['POST'], ['LIVE']]) await app.call('PUT', path, { actor: 'user:adm', body: { scopes } });
    expect(await undone(undo)).toBe('notUndone');
    expect(await both()).toEqual(['LIVE', 'LIVE']);
  });

  test('not after it, and not by another administrator', async () => {
    const undo = await change('POST');
    await app.call('PUT', '/v1/business-centers/bc1/members/second', { body: { user_role: 'ADMIN' } });
    const second = await signInAs(app, 'user:second');
    const { revision = '', back = '' } = undo;
    await second.post('/console/bc1/undo', { revision, back });
    expect(await both()).toEqual(['POST', 'POST']);
    await sql(app, 'alter table audit_entry disable trigger user', []);
    await sql(app, "update audit_entry set at = at - interval '61 s'", []);
    expect(await undone(undo)).toBe('notUndone');
    expect(await both()).toEqual(['POST', 'POST']);
  });
});
