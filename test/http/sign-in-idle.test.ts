import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ SIGN_IN_IDLE_TIMEOUT: '60' });
  await standardWorld(app);
});
afterAll(async () => app.close());

/** As if so many seconds passed, in which nobody asked for anything. */
async function pass(seconds: number, { token }: Pick<SignedInBrowser, 'token'>): Promise<void> {
  const back = ['last_seen_at', 'renewed_at', 'created_at'].map((it) => `${it} = ${it} - interval '${seconds} s'`);
  await sql(app, `update sign_in set ${back.join(', ')} where token_hash = sha256($1::text::bytea)`, [token]);
}

const idleFor = async ({ token }: Pick<SignedInBrowser, 'token'>): Promise<number> => {
  const text = `select extract(epoch from clock_timestamp() - last_seen_at)::float8 as s from sign_in
    where token_hash = sha256($1::text::bytea)`;
  return (await sql<{ s: number }>(app, text, [token]))[0]?.s ?? Number.NaN;
};

test('whoever clicks every ten seconds stays signed in, where sixty are the limit', async () => {
  const browser = await signInAs(app, 'user:adm');
  for (let click = 0; click < 8; click += 1) {
    await pass(10, browser);
    expect((await browser.get('/console/bc1/members')).status).toBe(200);
  }
  await pass(58, browser);
  expect((await browser.get('/console/bc1/members')).status).toBe(200);
  await pass(61, browser);
  expect((await browser.get('/console/bc1/members')).status).toBe(302);
});

test('whoever only leaves a page open is signed out after sixty, however often it asks', async () => {
  const browser = await signInAs(app, 'user:adm');
  const made = await browser.post('/console/bc1/request-access', { scopes: 'POST', validity: '3600' });
  const page = made.headers.get('Location') ?? '';
  const poll = async () => browser.get(`${page}/state`, { 'Sec-Fetch-Mode': 'cors', Accept: 'application/json' });
  for (let second = 0; second < 55; second += 5) {
    expect((await poll()).status).toBe(200);
    await pass(5, browser);
  }
  await pass(6, browser);
  expect((await poll()).status).toBe(302);
});

const CHROME = { 'Sec-CH-UA': '"Chromium";v="140"', 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html,*/*;q=0.8' };
const FIREFOX = { 'User-Agent': 'Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0', Accept: 'text/html' };
const SAFARI = { 'User-Agent': 'Mozilla/5.0 (iPhone) AppleWebKit/605 Version/18.0 Safari/604', Accept: 'text/html' };
const NAVIGATES = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const CLICKED = { ...NAVIGATES, 'Sec-Fetch-User': '?1' };
const PAGE = '/console/bc1/members';

describe('who is taken for a person', () => {
  test.each<[by: 'person' | 'machine', what: string, headers: Record<string, string>, path?: string, method?: string]>([
    ['person', 'a click, or an address that was typed', { ...CHROME, ...CLICKED }],
    ['person', 'a reload of a page that once loaded itself', { ...CHROME, ...CLICKED }, `${PAGE}?unattended=`],
    ['person', 'a click in Firefox', { ...FIREFOX, ...CLICKED }],
    ['person', 'a click in Safari, which never tells', { ...SAFARI, ...NAVIGATES }],
    ['person', 'a browser that says nothing at all', { Accept: 'text/html' }],
    ['person', 'a form', { ...CHROME, ...CLICKED, Origin: 'null' }, '/console/bc1/request-access', 'POST'],
    ['machine', 'a page that loads itself anew, in Chromium', { ...CHROME, ...NAVIGATES }],
    ['machine', 'a page that loads itself anew, in Firefox', { ...FIREFOX, ...NAVIGATES }],
    ['machine', 'a page that loads itself anew, in Safari', { ...SAFARI, ...NAVIGATES }, `${PAGE}?unattended=`],
    ['machine', 'the same in an old browser', { Accept: 'text/html' }, `${PAGE}?x=1&unattended=`],
    ['machine', 'a poll', { ...CHROME, 'Sec-Fetch-Mode': 'cors', Accept: 'application/json' }],
    ['machine', 'a poll in an old browser', { Accept: 'application/json' }],
    ['machine', 'an EventSource', { ...CHROME, 'Sec-Fetch-Mode': 'cors', Accept: 'text/event-stream' }],
    ['machine', 'an EventSource in an old browser', { Accept: 'text/event-stream' }],
    ['machine', 'a picture', { ...CHROME, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image', Accept: 'image/*' }],
    ['machine', 'a page fetched ahead', { ...CHROME, ...NAVIGATES, 'Sec-Purpose': 'prefetch' }],
    ['machine', 'a page drawn ahead', { ...CHROME, ...CLICKED, 'Sec-Purpose': 'prefetch;prerender' }],
    ['machine', 'a page fetched ahead, in an old browser', { Purpose: 'prefetch', Accept: 'text/html' }],
    ['machine', 'a page fetched ahead, in an old Firefox', { 'X-Moz': 'prefetch', Accept: 'text/html' }],
    ['machine', 'a look at the headers alone', { ...CHROME, ...CLICKED }, PAGE, 'HEAD'],
  ])('%s: %s', async (by, _, headers, path = PAGE, method = 'GET') => {
    const browser = await signInAs(app, 'user:adm');
    await pass(30, browser);
    const body = method === 'POST' ? new URLSearchParams({ csrf: browser.csrf }) : null;
    const answer = await app.request(path, { method, headers: { Cookie: browser.cookie, ...headers }, body });
    expect(answer.status).toBe(method === 'POST' ? 400 : 200);
    expect(await idleFor(browser)).toBeGreaterThan(by === 'person' ? -1 : 29);
    expect(await idleFor(browser)).toBeLessThan(by === 'person' ? 20 : 50);
  });

  test('no machine is handed the next token', async () => {
    const browser = await signInAs(app, 'user:adm');
    await sql(
      app,
      "update sign_in set renewed_at = now() - interval '1000 s' where token_hash = sha256($1::text::bytea)",
      [browser.token],
    );
    const cookies = async (headers: Record<string, string>) =>
      (await browser.get(PAGE, headers)).headers.getSetCookie();
    expect(await cookies({ ...CHROME, ...NAVIGATES })).toEqual([]);
    expect(await cookies({ ...CHROME, ...CLICKED })).toHaveLength(1);
  });
});

test('the page that loads itself anew says so in the address, which leads nobody astray', async () => {
  const browser = await signInAs(app, 'user:adm');
  const made = await browser.post('/console/bc1/request-access', { scopes: 'POST', validity: '3600' });
  const page = made.headers.get('Location') ?? '';
  const text = await (await browser.get(page)).text();
  const [, address = ''] = /<noscript><meta http-equiv="refresh" content="30; url=([^"]+)"/.exec(text) ?? [];
  expect(address).toBe(`${page}?unattended=`);
  const again = await (await browser.get(address)).text();
  expect(again).toContain(`content="30; url=${page}?unattended="`);
  expect(again).toContain(`name="back" value="${page}"`);
  await pass(61, browser);
  expect((await browser.get(address)).headers.get('Location')).toBe(
    `/sign-in?as=user&next=${encodeURIComponent(page)}`,
  );
});

describe('whose sign-in counts', () => {
  test.each([
    ['the issuer that is configured', 'https://issuer.test/users', true],
    ['the same, spelled with a last slash', 'https://issuer.test/users/', true],
    ['an issuer of before, whose ids may be other people', 'https://before.test', false],
  ])('by %s', async (_, issuer, counts) => {
    const own = await testApp({ OIDC_ISSUER: 'https://issuer.test/users', OIDC_CLIENT_ID: 'x' });
    await standardWorld(own);
    const browser = await signInAs(own, 'user:adm', null, issuer);
    const { status } = await browser.get(PAGE);
    await own.close();
    expect(status).toBe(counts ? 200 : 302);
  });

  test("the demo's, where there is no demo's sign-in any more", async () => {
    const browser = await signInAs(app, 'user:adm');
    await sql(app, 'update sign_in set issuer = null where token_hash = sha256($1::text::bytea)', [browser.token]);
    expect((await browser.get(PAGE)).status).toBe(302);
  });
});
