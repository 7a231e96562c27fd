import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';

let app: TestApp;
let adm: SignedInBrowser;
let sam: SignedInBrowser;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await bring(app, [
    ...['ann', 'bob', 'cat'].map((id) => ({ type: 'member', bc_id: 'bc1', user_id: id, user_role: 'STANDARD' })),
    { type: 'user', id: 'ann', display_name: 'Anna Li', email: 'anna@example.com' },
    { type: 'user', id: 'adm', display_name: 'Ada' },
    { type: 'ad_account_member', advertiser_id: 'adv1', user_id: 'ann', advertiser_role: 'ANALYST' },
    { type: 'ad_account_member', advertiser_id: 'adv9', user_id: 'ann', advertiser_role: 'ADMIN' },
    { type: 'account_link', tiktok_account_id: 'brand', user_id: 'ann', scopes: ['LIVE'] },
  ]);
  await grant(app, ['LIVE', 'POST']);
  for (const id of ['ann', 'bob', 'cat']) await assign(app, id, ['POST']);
  [adm, sam] = await Promise.all([signInAs(app, 'user:adm'), signInAs(app, 'user:sam')]);
});
afterAll(async () => app.close());

const MEMBERS = '/console/bc1/members';
async function text(browser: SignedInBrowser, path: string): Promise<string> {
  const answer = await browser.get(path);
  return `${answer.status} ${(await answer.text()).replaceAll(/\s+/g, ' ')}`;
}

test.each(['anna', 'EXAMPLE.com', 'ann'])('a member is found by name, by address and by id: %s', async (q) => {
  const shown = await text(adm, `${MEMBERS}?q=${q}`);
  expect(shown).toMatch(/^200 .*href="\/console\/bc1\/members\/ann"><bdi class="name">Anna Li<\/bdi>/);
  expect(shown).not.toContain('bob');
});

test('the page of a member says what they hold, since when and by whom, and nothing of elsewhere', async () => {
  const shown = await text(adm, `${MEMBERS}/ann`);
  expect(shown).toMatch(/Anna Li.*anna@example\.com.*Standard member/);
  expect(shown).toMatch(
    /@brand.*existing posts.*Ada.*step=unassign.*Spring campaign.*Analyst.*Account links.*live videos/,
  );
  expect(shown).not.toContain('Elsewhere');
});

test('whoever is signed in is called by their name, as all others are', async () => {
  const page = await (await adm.get('/console/bc1/members')).text();
  expect(page).toMatch(/<summary><span class="ellipsis"><bdi class="name">Ada<\/bdi>/);
});

test('names stand beside ids: with who has access, and in the history', async () => {
  const account = '/console/bc1/tiktok-accounts/brand';
  expect(await text(adm, `${account}/members`)).toMatch(/Members with access.*Anna Li.*ann.*Ada/);
  expect(await text(adm, `${account}/history`)).toMatch(/Assigned to a member: .*Anna Li.*Ada/);
});

test('where somebody was faster, no count of nothing is told', async () => {
  const answer = await adm.post(`${MEMBERS}/sam`, { intent: 'unassign-all' });
  const again = await adm.post(`${MEMBERS}/sam`, { intent: 'unassign-all' });
  const cookies = again.headers.getSetCookie().map((it) => it.split(';')[0]);
  const page = await adm.get(again.headers.get('Location') ?? '', { Cookie: [adm.cookie, ...cookies].join('; ') });
  expect([answer.status, await page.text()]).toEqual([303, expect.stringContaining('Nothing had to be changed')]);
});

describe('nobody else looks or does anything there', () => {
  test.each(['', '?step=remove', '?step=unassign-all'])('a standard member, GET %s', async (query) => {
    expect((await sam.get(`${MEMBERS}/ann${query}`)).status).toBe(403);
  });
  test.each([
    [`${MEMBERS}/ann`, { intent: 'remove' }],
    [`${MEMBERS}/ann`, { intent: 'unassign-all' }],
    ['/console/bc1/ad-accounts/adv1/members/sam', { role: 'ADMIN' }],
  ])('a standard member, POST %s %j', async (path, fields) => {
    expect((await sam.post(path, fields)).status).toBe(403);
    expect(await decision(app, 'ann', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });
});

describe('after a look at what is lost', () => {
  test('everything is taken from a member at once', async () => {
    expect(await text(adm, `${MEMBERS}/bob?step=unassign-all`)).toMatch(
      /1 TikTok account is lost.*@brand.*existing posts/,
    );
    const done = await adm.post(`${MEMBERS}/bob`, { intent: 'unassign-all' });
    expect([done.status, done.headers.get('Location')]).toEqual([303, `${MEMBERS}/bob`]);
    expect(await decision(app, 'bob', 'read_public_videos')).toBe('DENY NO_ASSIGNMENT');
  });

  test('a member is removed, and loses everything', async () => {
    expect(await text(adm, `${MEMBERS}/cat?step=remove`)).toMatch(/Remove this member.*@brand/);
    const done = await adm.post(`${MEMBERS}/cat`, { intent: 'remove' });
    expect([done.status, done.headers.get('Location')]).toEqual([303, MEMBERS]);
    expect(await decision(app, 'cat', 'read_public_videos')).toContain('NOT_A_MEMBER');
    expect((await adm.get(`${MEMBERS}/cat`)).status).toBe(404);
  });
});

describe('a role in an ad account', () => {
  const ROLE = '/console/bc1/ad-accounts/adv1/members';
  test('is given, changed and taken, and leads back to where one was', async () => {
    const steps: [string, string][] = [
      ['ADMIN', 'ADMIN'],
      ['OPERATOR', 'OPERATOR'],
      ['NONE', '404'],
    ];
    for (const [role, after] of steps) {
      const done = await adm.post(`${ROLE}/bob`, { role, from: 'member' });
      expect([done.status, done.headers.get('Location')]).toEqual([303, `${MEMBERS}/bob`]);
      const { status, body } = await app.call('GET', '/v1/ad-accounts/adv1/members/bob');
      expect(status === 200 ? body.advertiser_role : String(status)).toBe(after);
    }
  });
  test.each([
    ['an ad account elsewhere', '/console/bc1/ad-accounts/adv9/members/bob', 'ADMIN', 404],
    ['somebody who is no member', `${ROLE}/ext`, 'ADMIN', 404],
    ['what is no role', `${ROLE}/bob`, 'OWNER', 400],
  ])('%s: refused', async (_, path, role, status) => {
    expect((await adm.post(path, { role })).status).toBe(status);
  });
});
