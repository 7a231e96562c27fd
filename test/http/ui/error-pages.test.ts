import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../../support/app.ts';
import { decision, requestToken, standardWorld } from '../../support/cast.ts';
import { signInAs } from '../../support/signed-in.ts';
import { sql } from '../../support/sql.ts';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const STALE = 'You are signed in as someone else than when this page was opened';
const DENIED = 'You may not do this';

const logged: Record<string, unknown>[] = [];
let app: TestApp;
beforeAll(async () => {
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  app = await testApp({}, pino({ level: 'error' }, { write }));
  await standardWorld(app);
});
afterAll(async () => app.close());

/** Where the language switch of a page leads back to. */
const back = (text: string): string | undefined => /name="back" value="([^"]*)"/.exec(text)?.[1];

test.each(['/foo', '/Console', '/consent', '/v1x', '/docs/nothing', '/a%zz'])(
  '%s is a page to a browser, and a problem to a program',
  async (path) => {
    const { status, headers } = await app.request(path, { headers: BROWSER });
    expect([status, headers.get('Content-Type')]).toEqual([path === '/a%zz' ? 400 : 404, 'text/html; charset=UTF-8']);
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(headers.get('Cache-Control')).toBe('no-store');
    for (const Accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5']) {
      const type = (await app.request(path, { headers: { Accept } })).headers.get('Content-Type');
      expect(type).toBe(path === '/consent' ? 'text/html; charset=UTF-8' : 'application/problem+json');
    }
  },
);

test.each(['/v1/nothing', '/access/v1/nothing', '/.well-known/nothing', '/healthz/nothing', '/metrics'])(
  '%s is a problem to whoever asks',
  async (path) => {
    const { headers } = await app.request(path, { headers: BROWSER });
    expect(headers.get('Content-Type')).toBe('application/problem+json');
  },
);

test.each([
  ['its members', 'user:adm', true],
  ['nobody else', 'user:ext', false],
])('where nothing is in a Business Center, %s see its frame', async (_, who, framed) => {
  const browser = await signInAs(app, who);
  const answer = await browser.get('/console/bc1/no/such-page', BROWSER);
  expect(answer.status).toBe(404);
  expect((await answer.text()).includes('<nav class="side"')).toBe(framed);
});

test('a form is no address to look at', async () => {
  const { headers } = await app.request('/foo', { method: 'POST', headers: BROWSER });
  expect(headers.get('Content-Type')).toBe('application/problem+json');
});

test.each([
  ['/console/', '/console'],
  ['/my-account/?cursor=x', '/my-account?cursor=x'],
  ['/console/a%2Fb/members//', '/console/a%2Fb/members'],
  ['/foo/', '/foo'],
  ['//elsewhere.example/', '/'],
])('%s is led to %s', async (path, to) => {
  const { status, headers } = await app.request(new Request(`http://sparkgate.test${path}`, { headers: BROWSER }).url, {
    headers: BROWSER,
  });
  expect([status, headers.get('Location')]).toEqual([301, to]);
});

test('an answer from a page of another sign-in is told as that, and led back to the page', async () => {
  const token = await requestToken(app, ['POST']);
  const other = await signInAs(app, 'tiktok_account:other', 'Other');
  const brand = await signInAs(app, 'tiktok_account:brand', 'Brand');
  const answer = await brand.post(`/consent/${token}/approve`, { csrf: other.csrf });
  const text = await answer.text();
  expect(answer.status).toBe(403);
  expect(text).toContain(STALE);
  expect(text).not.toContain(DENIED);
  expect(text).toMatch(/Signed in as\s*<bdi class="name">Brand</);
  expect(text).toContain(`href="/consent/${token}">Open the page again`);
  expect(back(text)).toBe(`/consent/${token}`);
  expect(await decision(app, 'adm', 'view', 'tiktok_account:brand')).toMatch(/^DENY/);
});

test.each([
  ['/console/bc1/request-access', '/console/bc1/request-access'],
  ['/console/bc1/access-requests/7/cancel', '/console/bc1/access-requests/7'],
  ['/console/bc1/tiktok-accounts/a%2Fb/revoke', '/console/bc1/tiktok-accounts/a%2Fb/revoke'],
])('the same in the console: %s', async (path, page) => {
  const adm = await signInAs(app, 'user:adm');
  const sam = await signInAs(app, 'user:sam');
  const text = await (await sam.post(path, { csrf: adm.csrf })).text();
  expect(text).toContain(STALE);
  expect(text).toContain(`href="${page}"`);
  expect(back(text)).toBe(page);
});

test('an error leads back to where the form was, and its language switch to the page itself', async () => {
  const adm = await signInAs(app, 'user:adm');
  const made = await adm.post('/console/bc1/request-access', { scopes: 'POST', validity: '3600' });
  const path = made.headers.get('Location') ?? '';
  await adm.post(`${path}/cancel`);
  const faster = await adm.post(`${path}/cancel`);
  expect(faster.status).toBe(409);
  expect(await faster.text()).toContain(`href="${path}">Open the page again`);
  const wrong = await (await adm.post('/console/bc1/request-access', { validity: '1' })).text();
  expect(back(wrong)).toBe('/console/bc1/request-access');
  expect(wrong).toMatch(/role="alert" tabindex="-1" autofocus/);
  const missing = await (await adm.get('/console/nowhere/members?q=x')).text();
  expect(back(missing)).toBe('/console/nowhere/members?q=x');
});

test('whoever is signed out meanwhile comes back to the page of the form', async () => {
  const headers = { 'Sec-Fetch-Site': 'same-origin' };
  const answer = await app.request('/consent/some-token/approve', { method: 'POST', headers });
  expect(await answer.text()).toContain('next=%2Fconsent%2Fsome-token"');
});

test('what cannot be seen does not turn the title of a page around', async () => {
  const owner = await signInAs(app, 'tiktok_account:brand');
  await sql(app, "update business_center set name = $1 where bc_id = 'bc2'", ['abc\u202egnp.exe']);
  const token = await requestToken(app, ['POST'], 'bc2', 'ext');
  const answer = await owner.post(`/consent/${token}/approve`);
  const text = await (await owner.get(answer.headers.get('Location') ?? '')).text();
  expect(text).toContain('<title>abc[U+202E]gnp.exe · Sparkgate</title>');
  expect(text).not.toContain('\u202e');
});

test('a fault behind a page is logged, under the number that the page says', async () => {
  const owner = await signInAs(app, 'tiktok_account:brand');
  await sql(app, 'alter table account_grant rename column valid_from to valid_gone', []);
  const answer = await owner.get('/my-account', { 'X-Request-ID': 'fault-7' });
  await sql(app, 'alter table account_grant rename column valid_gone to valid_from', []);
  expect([answer.status, (await answer.text()).includes('fault-7')]).toEqual([500, true]);
  expect(logged.filter((it) => it['request_id'] === 'fault-7')).toMatchObject([{ code: 'internal', level: 50 }]);
});

test.each([
  [
    'en',
    'user:sam',
    '/console/bc1/members/adm',
    403,
    ['You may not do this', 'needs an administrator of the Business Center'],
  ],
  ['zh-CN', 'user:sam', '/console/bc1/members/adm', 403, ['你没有权限执行此操作', '此操作需要商务中心管理员。']],
  ['en', 'user:adm', '/console/bc1/members/nobody', 404, ['There is nothing here']],
  ['zh-CN', 'user:adm', '/console/bc1/tiktok-accounts/nothing/members', 404, ['这里没有内容']],
  ['en', 'user:adm', '/console/bc1/members?page=x', 400, ['This request is not valid']],
])('an error of the console keeps its frame and has no codes: %s %s %s', async (language, who, path, status, said) => {
  const browser = await signInAs(app, who);
  const answer = await browser.get(path, { 'Accept-Language': language });
  const page = (await answer.text()).replaceAll(/\s+/g, ' ');
  expect(answer.status).toBe(status);
  for (const words of said) expect(page).toContain(words);
  expect(page).toMatch(/<nav class="side"[^>]*>.*href="\/console\/bc1\/members"/);
  expect(page).toContain('Bright Agency');
  expect(page.slice(page.indexOf('<main'))).not.toMatch(/>\s*\d{3}\s*<|[A-Z]{3,}_[A-Z]+/);
});

test.each([
  ['what they may not do', 'user:sam', '/console/bc1/members/adm', { intent: 'remove' }, 403],
  ['what is no role', 'user:adm', '/console/bc1/ad-accounts/adv1/members/sam', { role: 'KING' }, 400],
  [
    'what is no request',
    'user:sam',
    '/console/bc1/access-requests/00000000-0000-7000-8000-000000000000/cancel',
    {},
    403,
  ],
  ['what is not there', 'user:adm', '/console/bc1/tiktok-accounts/nothing/revoke', {}, 404],
])('an error of a form keeps the frame as well: %s', async (_, who, path, fields, status) => {
  const answer = await (await signInAs(app, who)).post(path, fields);
  expect(answer.status).toBe(status);
  expect(await answer.text()).toMatch(/<nav class="side"[\s\S]*\/console\/bc1\/members/);
});

test('who is no member of it is shown no frame of a Business Center', async () => {
  const page = await (await (await signInAs(app, 'user:ext')).get('/console/bc1/members')).text();
  expect(page).not.toMatch(/class="side"|Bright Agency/);
});
