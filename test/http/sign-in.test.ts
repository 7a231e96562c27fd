import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { formOf } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';
const CALLBACK = { user: '/sign-in/user/callback', tiktok_account: '/sign-in/tiktok-account/callback' };
const START = { user: '/sign-in/user', tiktok_account: '/sign-in/tiktok-account' };

let users: TestIssuer;
let owners: TestIssuer;
let app: TestApp;
beforeAll(async () => {
  const redirectUris = Object.values(CALLBACK).map((path) => `${PUBLIC_URL}${path}`);
  users = await startIssuer({ redirectUris, claims: { name: 'Ada M.', preferred_username: 'ada' } });
  owners = await startIssuer({ redirectUris, claims: { preferred_username: 'brand-on-tiktok' } });
  app = await testApp({
    PUBLIC_URL,
    OIDC_ISSUER: users.url,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    TIKTOK_OIDC_ISSUER: owners.url,
    TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
    TIKTOK_OIDC_CLIENT_SECRET: CLIENT.secret,
  });
});
afterAll(async () => {
  await app.close();
  await Promise.all([users.close(), owners.close()]);
});

/** Who is signed in in a browser, as the service sees it. */
async function signedInAs(browser: Browser, audience: 'user' | 'tiktok_account') {
  const token = browser.jar().get(`sparkgate_${audience}`);
  return token === undefined ? null : app.runtime.services.sessions.find(token, audience, 'machine');
}

/** What a browser keeps of the one sign-in that it began. */
function attemptIn(browser: Browser): { name: string; value: string } {
  const kept = [...browser.jar()].find(([it]) => it.startsWith('sparkgate_signing_in_user_'));
  const [name, value] = kept ?? ['', ''];
  return { name, value };
}

/** A value as such a cookie holds it: with the time at which it was written. */
const stamped = (value: string): string => `${Date.now().toString(36)}.${value}`;

const atCallback = (url: URL): boolean => url.origin === PUBLIC_URL && url.pathname.endsWith('/callback');

describe('by OpenID Connect', () => {
  test('a user and a TikTok account sign in in one browser, each with a cookie of its own', async () => {
    const browser = new Browser(app);
    const { url } = await browser.follow(`${START.user}?next=/sign-in%3Fdone`, 'adm');
    expect(`${url.pathname}${url.search}`).toBe('/sign-in?done');
    await browser.follow(`${START.tiktok_account}?next=/sign-in`, 'brand');
    const [user, owner] = [await signedInAs(browser, 'user'), await signedInAs(browser, 'tiktok_account')];
    expect(user).toMatchObject({ actor: { type: 'user', id: 'adm' }, displayName: 'Ada M.', issuer: users.url });
    expect(owner).toMatchObject({ actor: { type: 'tiktok_account', id: 'brand' }, displayName: 'brand-on-tiktok' });
    expect(owner?.csrfToken).not.toBe(user?.csrfToken);
  });

  test('it asks for a code with PKCE (S256), state and nonce, and for nothing but who it is', async () => {
    const begun = await new Browser(app).once(START.user);
    const asked = new URL(begun.headers.get('Location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      scope: 'openid profile',
      code_challenge_method: 'S256',
      redirect_uri: `${PUBLIC_URL}${CALLBACK.user}`,
    });
    for (const secret of ['state', 'nonce', 'code_challenge']) expect(asked.get(secret)).toMatch(/^[\w-]{43}$/);
  });

  test('who signs in again proves it again, so that another account can be taken', async () => {
    const browser = new Browser(app);
    await browser.follow(`${START.user}?next=/sign-in`, 'adm');
    await browser.follow(`${START.user}?next=/sign-in`, 'sam');
    expect((await signedInAs(browser, 'user'))?.actor.id).toBe('sam');
  });

  test('the sign-in and the sign-out are in the audit trail', async () => {
    const browser = new Browser(app);
    await browser.follow(`${START.user}?next=/sign-in`, 'audited');
    const session = await signedInAs(browser, 'user');
    const out = await browser.once('/sign-out', post({ audience: 'user', csrf: session?.csrfToken ?? '' }));
    expect(out.status).toBe(303);
    const entries = await sql(app, `select event, actor, api_key, after from audit_entry where subject_id = 'audited'`);
    expect(entries).toEqual([
      { event: 'sign_in', actor: 'user:audited', api_key: null, after: { issuer: users.url } },
      {
        event: 'user.put',
        actor: 'user:audited',
        api_key: null,
        after: { display_name: 'Ada M.', email: null },
      },
      { event: 'sign_out', actor: 'user:audited', api_key: null, after: null },
    ]);
  });
});

describe('what does not hold lets nobody in', () => {
  /** Goes as far as the answer of the issuer, which is handed back instead of delivered. */
  async function answered(browser: Browser, audience: 'user' | 'tiktok_account', login = 'adm'): Promise<URL> {
    const { url } = await browser.follow(START[audience], login, atCallback);
    return url;
  }

  async function refused(browser: Browser, url: string | URL, audience: 'user' | 'tiktok_account' = 'user') {
    const response = await browser.once(url);
    expect(await signedInAs(browser, audience)).toBeNull();
    expect(response.headers.get('Content-Type')).toContain('text/html');
    return response.status;
  }

  test('another state', async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    url.searchParams.set('state', 'another');
    expect(await refused(browser, url)).toBe(400);
  });

  test('no state', async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    url.searchParams.delete('state');
    expect(await refused(browser, url)).toBe(400);
  });

  test('a callback that was used', async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    const kept = new Map(browser.jar());
    expect((await browser.once(url)).status).toBe(303);
    browser.jar().delete('sparkgate_user');
    expect(await refused(browser, url)).toBe(400);
    for (const [name, value] of kept) browser.jar().set(name, value);
    expect(await refused(browser, url)).toBe(400);
  });

  test('a callback in a browser that did not begin it', async () => {
    const url = await answered(new Browser(app), 'user');
    expect(await refused(new Browser(app), url)).toBe(400);
  });

  test("another attempt's code under one's own state", async () => {
    const [victim, attacker] = [new Browser(app), new Browser(app)];
    const [own, foreign] = [await answered(victim, 'user'), await answered(attacker, 'user', 'mallory')];
    own.searchParams.set('code', foreign.searchParams.get('code') ?? '');
    expect(await refused(victim, own)).toBe(400);
  });

  test("one issuer's answer at the other's callback", async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    await answered(browser, 'tiktok_account');
    const crossed = new URL(`${CALLBACK.tiktok_account}${url.search}`, PUBLIC_URL);
    expect(await refused(browser, crossed, 'tiktok_account')).toBe(400);
  });

  test("one issuer's code under the other's state, which says who answered", async () => {
    const browser = new Browser(app);
    const own = await answered(browser, 'user');
    const foreign = await answered(browser, 'tiktok_account', 'brand');
    foreign.searchParams.set('state', own.searchParams.get('state') ?? '');
    expect(await refused(browser, new URL(`${CALLBACK.user}${foreign.search}`, PUBLIC_URL))).toBe(400);
    const again = new Browser(app);
    const mine = await answered(again, 'user');
    mine.searchParams.set('iss', owners.url);
    expect(await refused(again, mine)).toBe(400);
  });

  test('an ID token with another nonce', async () => {
    users.alterNonce(true);
    const browser = new Browser(app);
    const url = await answered(browser, 'user').finally(() => users.alterNonce(false));
    expect(await refused(browser, url)).toBe(400);
  });

  test.each(['x', '', 'eyJhbGciOiJub25lIn0..'])('a made-up attempt: %j', async (sealed) => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    browser.jar().set(attemptIn(browser).name, stamped(sealed));
    expect(await refused(browser, url)).toBe(400);
  });

  test('an attempt that was changed, or that is of the other kind of person', async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    const { name, value: sealed } = attemptIn(browser);
    const changed = `${sealed.slice(0, -30)}${sealed.at(-30) === 'A' ? 'B' : 'A'}${sealed.slice(-29)}`;
    browser.jar().set(name, changed);
    expect(await refused(browser, url)).toBe(400);
    browser.jar().set(name.replace('user', 'tiktok_account'), sealed);
    const crossed = new URL(`${CALLBACK.tiktok_account}${url.search}`, PUBLIC_URL);
    expect(await refused(browser, crossed, 'tiktok_account')).toBe(400);
  });

  test('a person who says no there', async () => {
    const browser = new Browser(app);
    const url = await answered(browser, 'user');
    url.searchParams.delete('code');
    url.searchParams.set('error', 'access_denied');
    url.searchParams.set('error_description', '<script>alert(1)</script>');
    const response = await browser.once(url);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('alert(1)');
    expect(await signedInAs(browser, 'user')).toBeNull();
  });

  test('503 while the issuer is away, before and after, and a start in between; then it works', async () => {
    const own = await startIssuer({ redirectUris: [`${PUBLIC_URL}${CALLBACK.user}`] });
    await own.goAway();
    const lonely = await testApp({
      PUBLIC_URL,
      OIDC_ISSUER: own.url,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    });
    const browser = new Browser(lonely);
    const away = await browser.once(START.user);
    expect([away.status, away.headers.get('Content-Type')]).toEqual([503, 'text/html; charset=UTF-8']);
    await own.comeBack();
    const { url } = await browser.follow(START.user, 'adm', atCallback);
    await own.goAway();
    expect((await browser.once(url)).status).toBe(503);
    expect(browser.jar().has('sparkgate_user')).toBe(false);
    await own.comeBack();
    await browser.follow(`${START.user}?next=/sign-in`, 'adm');
    expect(browser.jar().has('sparkgate_user')).toBe(true);
    await lonely.close();
    await own.close();
  });
});

describe('where it goes on', () => {
  test.each([
    'https://evil.test/',
    '//evil.test/',
    '/\\evil.test/',
    '\\\\evil.test/',
    '/\t/evil.test',
    '/\n/evil.test',
    'javascript:alert(1)',
    'evil.test',
    'http:evil.test',
    '/..//evil.test',
    '/%2e%2e//evil.test',
    '',
  ])('never to another site: %j', async (next) => {
    const browser = new Browser(app);
    const start = `${START.user}?${new URLSearchParams({ next }).toString()}`;
    const { url } = await browser.follow(start, 'adm', atCallback);
    const done = await browser.once(url);
    expect(done.status).toBe(303);
    expect(new URL(done.headers.get('Location') ?? '', PUBLIC_URL).origin).toBe(PUBLIC_URL);
    expect(done.headers.get('Location')).toMatch(/^\/(?![/\\])/);
  });

  test('by another name of this machine: to the one that the cookies are for', async () => {
    const response = await app.request(`http://localhost:9${START.user}?next=/review`);
    expect(response.headers.get('Location')).toBe(`${PUBLIC_URL}${START.user}?next=/review`);
  });
});

test('the log holds nothing that lets anybody in', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const settings = { PUBLIC_URL, OIDC_ISSUER: users.url, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
  const talkative = await testApp({ ...settings, OIDC_AUDIENCE: 'https://api.sparkgate.test' }, log);
  const browser = new Browser(talkative);
  const { url } = await browser.follow(START.user, 'adm', atCallback);
  const { name, value: attempt } = attemptIn(browser);
  await browser.once(url);
  browser.jar().set(name, attempt);
  expect((await browser.once(url)).status).toBe(400);
  const token = await users.token({ sub: 'adm', aud: 'https://other.test', exp: 1 });
  await talkative.call('GET', '/v1/audit', { key: token });
  const session = browser.jar().get('sparkgate_user') ?? '';
  await talkative.close();
  const text = lines.join('');
  expect(text).toContain('sign-in failed');
  const code = url.searchParams.get('code') ?? '';
  const secrets = [CLIENT.secret, code, url.searchParams.get('state') ?? '', attempt, session, token];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    expect(text).not.toContain(secret);
  }
});

function post(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', ...headers },
    body: formOf(fields),
  };
}
