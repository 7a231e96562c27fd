import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
let owner: SignedInBrowser;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  owner = await signInAs(app, 'tiktok_account:brand', '@brand');
});
afterAll(async () => app.close());

const page = async (path: string, language = 'en', who = owner): Promise<string> =>
  (await who.get(path, { 'Accept-Language': language })).text();

/** What the next page says, as the browser would carry it on. */
async function after(answer: Response, who = owner): Promise<string> {
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  const path = answer.headers.get('Location') ?? '';
  return (await app.request(path, { headers: { Cookie: [who.cookie, ...cookies].join('; ') } })).text();
}

test('whoever is not signed in is sent to sign in, and comes back', async () => {
  const answer = await app.request('/my-account/grants/bc1/revoke');
  expect([answer.status, answer.headers.get('Location')]).toEqual([
    302,
    '/sign-in?as=tiktok_account&next=%2Fmy-account%2Fgrants%2Fbc1%2Frevoke',
  ]);
});

test('an account that nobody knows yet has authorized nobody', async () => {
  const stranger = await signInAs(app, 'tiktok_account:nobody-knows');
  const answer = await stranger.get('/my-account');
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('No Business Center can use your account');
  expect((await stranger.get('/my-account/grants/bc1')).status).toBe(404);
});

test.each([
  ['tiktok_account:other', null, '<strong>@other</strong> Another Account'],
  ['tiktok_account:other', '@other', '<strong>@other</strong> Another Account'],
  ['tiktok_account:unheard', 'Newcomer', '<strong>Newcomer</strong>'],
  ['tiktok_account:unheard', null, '<strong>unheard</strong>'],
])('%s, signed in as %j, is called the same on every page: %s', async (who, displayName, name) => {
  await put(app, '/v1/tiktok-accounts/other', { handle: '@other', display_name: 'Another Account' });
  const person = await signInAs(app, who, displayName);
  const asked = await page(`/consent/${await requestToken(app, ['LIVE'])}`, 'en', person);
  const list = await page('/my-account', 'en', person);
  const answer = await person.post(`/consent/${await requestToken(app, ['LIVE'])}/approve`);
  const receipt = await page(answer.headers.get('Location') ?? '', 'en', person);
  const revoking = await page('/my-account/grants/bc1/revoke', 'en', person);
  for (const text of [asked, list, receipt, revoking]) {
    expect(text.replaceAll(/<\/?bdi[^>]*>/g, '').replaceAll(/\s+/g, ' ')).toContain(name);
  }
  await person.post('/my-account/grants/bc1/revoke');
});

describe('with a grant', () => {
  beforeEach(async () => {
    await grant(app, ['POST']);
    await assign(app, 'sam', ['POST']);
  });

  test.each([
    ['en', ['Who can use my account', 'Bright Agency', 'bc1', 'Use existing posts for ads', 'Members with access']],
    ['zh-CN', ['谁可以使用我的账号', 'Bright Agency', 'bc1', '使用现有帖子投放广告', '有访问权限的成员']],
  ])('in %s: every Business Center, its scopes, since when, how many members', async (language, said) => {
    const text = await page('/my-account', language);
    for (const words of said) expect(text).toContain(words);
    expect(text).toMatch(/<time datetime="[^"]+Z" data-form="day">/);
    expect(text).toMatch(/class="numeric"[^>]*><div>1<\/div>/);
  });

  test('the confirmation says what happens; a look at it revokes nothing', async () => {
    const text = await page('/my-account/grants/bc1/revoke');
    expect(text).toContain('from the very next check');
    expect(text).toContain('Ads that are running are not paused by this');
    expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });

  test('revoking ends it at once, says so once, and recommends a pause without claiming one', async () => {
    const answer = await owner.post('/my-account/grants/bc1/revoke');
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/my-account']);
    expect(await decision(app, 'sam', 'read_public_videos')).toMatch(/^DENY GRANT_REVOKED/);
    const text = await after(answer);
    expect(text).toContain('Revoked.');
    expect(text).toContain('Bright Agency');
    expect(text).toContain('1 member lost access.');
    expect(text).toContain('We recommend that they be paused');
    expect(text).not.toMatch(/(?:were|have been|are now) paused(?! by)/);
    expect(await page('/my-account')).not.toContain('Revoked.');
    expect((await owner.post('/my-account/grants/bc1/revoke')).status).toBe(404);
  });

  test('a forged post revokes nothing', async () => {
    for (const [fields, headers] of [
      [{ csrf: 'x' }, {}],
      [{}, { 'Sec-Fetch-Site': 'cross-site' }],
    ] as const) {
      expect((await owner.post('/my-account/grants/bc1/revoke', fields, headers)).status).toBe(403);
    }
    expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });

  test('another account sees and revokes nothing of it', async () => {
    const other = await signInAs(app, 'tiktok_account:third');
    expect(await page('/my-account', 'en', other)).not.toContain('Bright Agency');
    expect((await other.get('/my-account/grants/bc1')).status).toBe(404);
    expect((await other.post('/my-account/grants/bc1/revoke')).status).toBe(404);
    expect(await decision(app, 'sam', 'read_public_videos')).toBe('ALLOW via BUSINESS_CENTER');
  });
});

test('a cookie that is no message does nothing, and markup in one stays text', async () => {
  const flash = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forged = flash({ done: 'revoked', values: { name: '<script>alert(1)</script>', members: '3' } });
  for (const cookie of [forged, 'nonsense', flash({ done: 1 })]) {
    const answer = await app.request('/my-account', {
      headers: { Cookie: `${owner.cookie}; __Host-sparkgate_flash=${cookie}` },
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toContain('<script>alert');
  }
});

test('500 Business Centers come in pages, each once', async () => {
  const many = await signInAs(app, 'tiktok_account:many');
  await put(app, '/v1/tiktok-accounts/many', { handle: '@many' });
  await sql(
    app,
    "insert into business_center (bc_id, name) select 'm' || lpad(n::text, 3, '0'), 'Agency ' || n from generate_series(0, 499) n",
  );
  await sql(
    app,
    `insert into account_grant (bc_id, tiktok_account_id, scopes, valid_from, begun_by, begun_write)
     select bc_id, 'many', '{POST}', now(), 'operator', uuidv7() from business_center where bc_id like 'm%'`,
  );
  const seen: string[] = [];
  let path: string | undefined = '/my-account';
  let pages = 0;
  while (path !== undefined) {
    const text = await page(path, 'en', many);
    seen.push(...[...text.matchAll(/href="\/my-account\/grants\/(m\d+)"/g)].map(([, id = '']) => id));
    path = /href="(\/my-account\?cursor=[^"]+)" rel="next"/.exec(text)?.[1];
    pages += 1;
  }
  expect([pages, seen.length, new Set(seen).size]).toEqual([20, 500, 500]);
  expect((await many.get('/my-account?cursor=%00')).status).toBe(400);
});

test('the list has linked users, and what was declined and revoked, with who did it', async () => {
  await put(app, '/v1/users/lee', { display_name: 'Lee Park' });
  await put(app, '/v1/tiktok-accounts/fresh', { handle: '@fresh' });
  await app.call('PUT', '/v1/tiktok-accounts/fresh/links/lee', { body: { scopes: ['LIVE'] } });
  const fresh = await signInAs(app, 'tiktok_account:fresh');
  await fresh.post(`/consent/${await requestToken(app, ['LIVE'])}/decline`);
  await grant(app, ['POST'], 'bc1', 'fresh');
  await app.call('DELETE', '/v1/business-centers/bc1/tiktok-accounts/fresh', { actor: 'user:adm' });
  const text = (await page('/my-account', 'en', fresh)).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/Users linked directly 1 .*Lee Park lee Use live videos for ads/);
  expect(text).toMatch(/Declined or revoked .*bc1 Revoked .*existing posts .*adm .*bc1 Declined .*live videos .*You/);
  expect(text).toMatch(/How to find the scanner.*What the showcase is/);
  const other = (await page('/my-account', 'en', await signInAs(app, 'tiktok_account:elsewhere'))).replaceAll(
    /\s+/g,
    ' ',
  );
  expect(other).not.toMatch(/Lee Park|Declined or revoked/);
});

test('however many users are linked, all of them are listed', async () => {
  await put(app, '/v1/tiktok-accounts/linked', { handle: '@linked' });
  await bring(
    app,
    Array.from({ length: 53 }, (_, n) => ({
      type: 'account_link',
      tiktok_account_id: 'linked',
      user_id: `fan-${n}`,
      scopes: ['POST'],
    })),
  );
  const linked = await signInAs(app, 'tiktok_account:linked');
  const pages = await Promise.all([1, 2, 3].map(async (nth) => page(`/my-account?page=${nth}`, 'en', linked)));
  const seen = pages.flatMap((text) => [...text.matchAll(/<bdi class="name">(fan-\d+)</g)].map(([, id]) => id));
  expect([seen.length, new Set(seen).size]).toEqual([53, 53]);
  expect(pages[0]).toContain('1–25 of 53');
});
