import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSignIn } from '../../src/domain/sign-ins/begin-sign-in.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { formOf, signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => app.close());

const holds = async (token: string, type: 'user' | 'tiktok_account' = 'user'): Promise<boolean> =>
  (await app.runtime.services.sessions.find(token, type, 'person')) !== null;
const age = async (token: string, what: string): Promise<void> => {
  await sql(app, `update sign_in set ${what} where token_hash = sha256($1::text::bytea)`, [token]);
};

describe('how long a sign-in holds', () => {
  test('until it is idle for longer than the setting says', async () => {
    const { token } = await signInAs(app, 'user:adm');
    await age(token, `last_seen_at = now() - interval '7190 s'`);
    expect(await holds(token)).toBe(true);
    await age(token, `last_seen_at = now() - interval '7201 s'`);
    expect(await holds(token)).toBe(false);
  });

  test('never beyond its end, however much it is used', async () => {
    const { token } = await signInAs(app, 'user:adm');
    await age(token, 'expires_at = now()');
    expect(await holds(token)).toBe(false);
  });

  test('only as the kind of person who signed in', async () => {
    const { token } = await signInAs(app, 'user:adm');
    expect([await holds(token), await holds(token, 'tiktok_account')]).toEqual([true, false]);
  });

  test('being used is noted once a minute, without a new revision', async () => {
    const { token } = await signInAs(app, 'user:adm');
    const look = async () =>
      sql(
        app,
        `select last_seen_at, (select count(*) from relationship_write) as revision from sign_in where token_hash = sha256($1::text::bytea)`,
        [token],
      );
    const before = await look();
    await holds(token);
    expect(await look()).toEqual(before);
    await age(token, `last_seen_at = last_seen_at - interval '61 s'`);
    const [aged] = await look();
    await holds(token);
    const [after] = await look();
    expect(after?.['last_seen_at'].getTime()).toBeGreaterThan(aged?.['last_seen_at'].getTime());
    expect(after?.['revision']).toBe(before[0]?.['revision']);
  });

  test('an old token is renewed on the way; the one before holds for requests under way, then no longer', async () => {
    const { token, csrf } = await signInAs(app, 'user:adm');
    await age(token, `renewed_at = now() - interval '901 s'`);
    const both = await Promise.all([1, 2].map(async () => app.runtime.services.sessions.find(token, 'user', 'person')));
    const [renewed = '', same] = both.map((session) => session?.renewed ?? '');
    expect([renewed, same]).toEqual([expect.stringMatching(/^[\w-]{43}$/), renewed]);
    expect(both.map((session) => session?.csrfToken)).toEqual([csrf, csrf]);
    expect([await holds(token), await holds(renewed)]).toEqual([true, true]);
    await age(renewed, `renewed_at = now() - interval '61 s'`);
    expect([await holds(token), await holds(renewed)]).toEqual([false, true]);
  });

  test('an answer that was lost on the way costs nobody their sign-in: the same token is handed out again', async () => {
    const { token } = await signInAs(app, 'user:adm');
    const find = async (it: string) => app.runtime.services.sessions.find(it, 'user', 'person');
    await age(token, `renewed_at = now() - interval '901 s'`);
    const lost = (await find(token))?.renewed ?? '';
    await age(lost, `renewed_at = now() - interval '3600 s'`);
    expect((await find(token))?.renewed).toBe(lost);
    expect((await find(lost))?.renewed).toBeNull();
    await age(lost, `renewed_at = now() - interval '61 s'`);
    expect(await find(token)).toBeNull();
  });

  test('a new sign-in ends the one that the browser held', async () => {
    const { token } = await signInAs(app, 'user:adm');
    const actor = { type: 'user', id: 'sam' } as const;
    const context = app.runtime.services.contextFor({ key: null, actor }, null);
    const { result } = await beginSignIn(context, {
      actor,
      displayName: null,
      issuer: 'https://x.test',
      replaces: token,
      lasts: 60,
    });
    expect([await holds(token), await holds(result.token)]).toEqual([false, true]);
  });

  test('long expired ones are swept away', async () => {
    const { token } = await signInAs(app, 'user:adm');
    await age(token, `expires_at = now() - interval '31 days'`);
    await signInAs(app, 'user:sam');
    expect(await sql(app, 'select from sign_in where token_hash = sha256($1::text::bytea)', [token])).toEqual([]);
  });

  test('the database holds neither the token nor the field of the forms', async () => {
    const { token, csrf } = await signInAs(app, 'user:adm');
    const [row] = await sql<{ text: string }>(app, `select string_agg(to_jsonb(s)::text, ' ') as text from sign_in s`);
    for (const secret of [token, csrf]) {
      expect(row?.text).not.toContain(secret);
      expect(row?.text).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
  });
});

describe('pages behind the sign-in', () => {
  test('a GET goes to the sign-in, and from there back', async () => {
    const response = await app.request('/console/bc1/members?q=%2F%2Fevil');
    const to = new URL(response.headers.get('Location') ?? '', 'http://sparkgate.test');
    expect([response.status, to.pathname]).toEqual([302, '/sign-in']);
    expect(Object.fromEntries(to.searchParams)).toEqual({ as: 'user', next: '/console/bc1/members?q=%2F%2Fevil' });
    expect((await app.request('/my-account')).headers.get('Location')).toBe(
      '/sign-in?as=tiktok_account&next=%2Fmy-account',
    );
  });

  test('a POST is a 401, as a page', async () => {
    const response = await app.request('/console/bc1/request-access', {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    expect([response.status, response.headers.get('Content-Type')]).toEqual([401, 'text/html; charset=UTF-8']);
  });

  test('a cookie that is nothing any more is taken back, and a renewed one handed out', async () => {
    const browser = await signInAs(app, 'user:adm');
    const stale = await browser.get('/console', { Cookie: `${browser.name}=stale` });
    expect(stale.headers.get('Set-Cookie')).toMatch(/^__Host-sparkgate_user=; Max-Age=0;/);
    expect((await browser.get('/console')).headers.getSetCookie()).toEqual([]);
    await age(browser.token, `renewed_at = now() - interval '901 s'`);
    const [cookie = ''] = (await browser.get('/console')).headers.getSetCookie();
    expect(
      await holds(/^__Host-sparkgate_user=([^;]+); Path=\/; HttpOnly; Secure; SameSite=Lax$/.exec(cookie)?.[1] ?? ''),
    ).toBe(true);
  });

  test('what hinders finding out lets nobody in, and signs nobody out', async () => {
    const own = await testApp();
    const browser = await signInAs(own, 'user:adm');
    await sql(own, 'alter table sign_in rename to sign_in_gone');
    expect((await browser.get('/console')).status).toBeGreaterThanOrEqual(500);
    expect((await browser.get('/console')).headers.getSetCookie()).toEqual([]);
    await own.close();
  });
});

describe('signing out', () => {
  const out = async (browser: SignedInBrowser, headers = {}, fields = {}): Promise<number> =>
    (await browser.post('/sign-out', { audience: 'user', ...fields }, headers)).status;

  test('ends the sign-in on the server: the cookie is worth nothing any more', async () => {
    const browser = await signInAs(app, 'user:adm');
    const response = await browser.post('/sign-out', { audience: 'user' });
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/sign-in?as=user&out=done']);
    expect(response.headers.get('Set-Cookie')).toMatch(/^__Host-sparkgate_user=; Max-Age=0;/);
    expect(await holds(browser.token)).toBe(false);
    expect(await out(browser)).toBe(303);
  });

  test('leaves the other sign-in of the browser alone', async () => {
    const [user, owner] = [await signInAs(app, 'user:adm'), await signInAs(app, 'tiktok_account:brand')];
    expect(await out(user, { Cookie: `${user.cookie}; ${owner.cookie}` })).toBe(303);
    expect([await holds(user.token), await holds(owner.token, 'tiktok_account')]).toEqual([false, true]);
  });

  test.each([
    ['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['of a sibling host', { 'Sec-Fetch-Site': 'same-site' }],
    ['by nobody knows whom', { 'Sec-Fetch-Site': 'none' }],
    ['cross-site, with our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://sparkgate.test' }],
  ])('403 when posted %s', async (_, headers) => {
    const browser = await signInAs(app, 'user:adm');
    expect(await out(browser, headers)).toBe(403);
    expect(await holds(browser.token)).toBe(true);
  });

  test.each([
    ['http://sparkgate.test', 303],
    ['https://evil.test', 403],
    // A form of our own, in an older browser: the field tells.
    ['null', 303],
    [undefined, 403],
  ])('of a browser without Sec-Fetch-Site, the origin %s: %i', async (origin, status) => {
    const { cookie, csrf } = await signInAs(app, 'user:adm');
    const headers = {
      Cookie: cookie,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(origin !== undefined && { Origin: origin }),
    };
    const response = await app.request('/sign-out', {
      method: 'POST',
      headers,
      body: formOf({ audience: 'user', csrf }),
    });
    expect(response.status).toBe(status);
  });

  test('403 with no field, a made-up one, or that of another sign-in', async () => {
    const [browser, other] = [await signInAs(app, 'user:adm'), await signInAs(app, 'user:adm')];
    for (const csrf of ['', 'x', other.csrf]) expect(await out(browser, {}, { csrf })).toBe(403);
    expect(await out(browser, {}, { csrf: [browser.csrf, browser.csrf] })).toBe(303);
  });
});

describe('cookies', () => {
  let issuer: TestIssuer;
  const begun: TestApp[] = [];
  afterAll(async () => Promise.all([issuer.close(), ...begun.map(async (it) => it.close())]));

  /** What the service sets while somebody signs in. */
  async function cookiesAt(publicUrl: string): Promise<string[]> {
    const redirectUris = [`${publicUrl}/sign-in/user/callback`];
    issuer = await startIssuer({ redirectUris });
    const own = await testApp({
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: issuer.url,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
    });
    begun.push(own);
    const browser = new Browser(own);
    const start = await browser.once('/sign-in/user');
    const { url } = await browser.follow('/sign-in/user', 'adm', (it) => it.pathname.endsWith('/callback'));
    const done = await browser.once(url);
    return [...start.headers.getSetCookie(), ...done.headers.getSetCookie()].map((it) =>
      it.replace(/^([^=]+)=[^;]+;/, '$1=…;').replace(/(?<=signing_in_user_)[\w-]{16}/, 'flow'),
    );
  }

  test('over https: for this host alone, never over http, never for scripts or other sites', async () => {
    expect(await cookiesAt('https://sparkgate.test')).toEqual([
      '__Host-sparkgate_signing_in_user_flow=…; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-sparkgate_user=…; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-sparkgate_signing_in_user_flow=…; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    await issuer.close();
  });

  test('over http on loopback: the same but for Secure, which would need https', async () => {
    expect(await cookiesAt('http://127.0.0.1:9')).toEqual([
      'sparkgate_signing_in_user_flow=…; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
      'sparkgate_user=…; Path=/; HttpOnly; SameSite=Lax',
      'sparkgate_signing_in_user_flow=…; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
    ]);
  });

  test("where cookies are secure, one without the prefix is nobody's", async () => {
    const { token, cookie } = await signInAs(app, 'user:adm');
    const fields = { method: 'POST', body: formOf({ audience: 'user' }) };
    const headers = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' };
    const bare = await app.request('/sign-out', {
      ...fields,
      headers: { ...headers, Cookie: `sparkgate_user=${token}` },
    });
    expect([bare.status, await holds(token)]).toEqual([303, true]);
    const ours = await app.request('/sign-out', { ...fields, headers: { ...headers, Cookie: cookie } });
    expect(ours.status).toBe(403);
  });
});
