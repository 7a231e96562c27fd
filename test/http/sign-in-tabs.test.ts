import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { put, requestToken, standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer, type TestIssuer } from '../support/issuer.ts';
import { signInAs } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

const PUBLIC_URL = 'http://127.0.0.1:9';

let issuer: TestIssuer;
let app: TestApp;
beforeAll(async () => {
  const redirectUris = ['user', 'tiktok-account'].map((kind) => `${PUBLIC_URL}/sign-in/${kind}/callback`);
  issuer = await startIssuer({ redirectUris });
  const client = { ISSUER: issuer.url, CLIENT_ID: CLIENT.id, CLIENT_SECRET: CLIENT.secret };
  const both = Object.entries(client).flatMap(([name, value]) => [
    [`OIDC_${name}`, value],
    [`TIKTOK_OIDC_${name}`, value],
  ]);
  app = await testApp({ PUBLIC_URL, ...Object.fromEntries(both) });
  await standardWorld(app);
});
afterAll(async () => {
  await app.close();
  await issuer.close();
});

const atCallback = (url: URL): boolean => url.origin === PUBLIC_URL && url.pathname.endsWith('/callback');

/** Begins a sign-in in a tab of its own, up to the issuer's answer, which is handed back instead of delivered. */
async function answered(browser: Browser, next: string, login = 'adm', kind = 'user'): Promise<URL> {
  return (await browser.follow(`/sign-in/${kind}?next=${encodeURIComponent(next)}`, login, atCallback)).url;
}

async function arrival(browser: Browser, callback: URL): Promise<[number, string | null]> {
  const { status, headers } = await browser.once(callback);
  return [status, headers.get('Location')];
}

const cookiesOf = (browser: Browser): string[] =>
  [...browser.jar().keys()].filter((name) => name.startsWith('sparkgate_signing_in_'));

describe('two tabs', () => {
  test.each(['as they began', 'the other way round'])('both end where they wanted to go, %s', async (order) => {
    const browser = new Browser(app);
    const tabs = [await answered(browser, '/console/one'), await answered(browser, '/console/two')];
    const ends = [
      [303, '/console/one'],
      [303, '/console/two'],
    ];
    const turn = order === 'as they began' ? [0, 1] : [1, 0];
    for (const tab of turn) expect(await arrival(browser, tabs[tab]!)).toEqual(ends[tab]);
  });

  test('the forms of the first stay good, since it is the same person', async () => {
    const browser = new Browser(app);
    const [one, two] = [await answered(browser, '/console'), await answered(browser, '/console')];
    await browser.once(one);
    const token = browser.jar().get('sparkgate_user');
    await browser.once(two);
    expect(browser.jar().get('sparkgate_user')).toBe(token);
  });

  test('another person in the second takes the place of the first', async () => {
    const browser = new Browser(app);
    const one = await answered(browser, '/console', 'adm');
    browser.jar(issuer.url).clear();
    const two = await answered(browser, '/console', 'sam');
    await browser.once(one);
    const first = browser.jar().get('sparkgate_user') ?? '';
    await browser.once(two);
    const find = async (token: string) => app.runtime.services.sessions.find(token, 'user', 'machine');
    expect((await find(browser.jar().get('sparkgate_user') ?? ''))?.actor.id).toBe('sam');
    expect(await find(first)).toBeNull();
  });

  test('a user and an owner at once', async () => {
    const browser = new Browser(app);
    const user = await answered(browser, '/console', 'adm');
    const owner = await answered(browser, '/my-account', 'adm', 'tiktok-account');
    expect(await arrival(browser, owner)).toEqual([303, '/my-account']);
    expect(await arrival(browser, user)).toEqual([303, '/console']);
  });
});

describe('the address that the issuer sends back to', () => {
  test('loaded again: on to the same page, without a second sign-in', async () => {
    const browser = new Browser(app);
    const callback = await answered(browser, '/console/bc1/members', 'reloads');
    for (let time = 0; time < 3; time += 1) {
      expect(await arrival(browser, callback)).toEqual([303, '/console/bc1/members']);
    }
    const [entries] = await sql(app, `select count(*)::int as n from audit_entry where subject_id = 'reloads'`);
    expect(entries).toEqual({ n: 1 });
  });

  test('come back to after the sign-out: begin again', async () => {
    const browser = new Browser(app);
    const callback = await answered(browser, '/console');
    await browser.once(callback);
    browser.jar().delete('sparkgate_user');
    expect((await browser.once(callback)).status).toBe(400);
  });

  test('come back to as somebody else: begin again, and nobody is signed out', async () => {
    const browser = new Browser(app);
    const callback = await answered(browser, '/console');
    await browser.once(callback);
    const { token } = await signInAs(app, 'user:sam', null, issuer.url);
    browser.jar().set('sparkgate_user', token);
    expect((await browser.once(callback)).status).toBe(400);
    expect(browser.jar().get('sparkgate_user')).toBe(token);
  });

  test('with a code that was redeemed, though this browser never heard: it says that it was finished', async () => {
    const browser = new Browser(app);
    const callback = await answered(browser, '/console');
    const before = new Map(browser.jar());
    await browser.once(callback);
    for (const name of browser.jar().keys()) browser.jar().delete(name);
    for (const [name, value] of before) browser.jar().set(name, value);
    const again = await browser.once(callback);
    expect([again.status, cookiesOf(browser)]).toEqual([400, []]);
    const text = await again.text();
    expect(text).toContain(LOCALES.en.words.signIn.failed.expired.title);
    expect(text).toContain('href="/sign-in?as=user&amp;next=%2Fconsole"');
  });
});

test('a browser keeps five sign-ins that it began, and not too many bytes; the oldest give way', async () => {
  const browser = new Browser(app);
  const begun: URL[] = [];
  for (let tab = 0; tab < 7; tab += 1) begun.push(await answered(browser, `/console/${tab}`));
  expect(cookiesOf(browser)).toHaveLength(5);
  expect((await browser.once(begun[1]!)).status).toBe(400);
  expect(await arrival(browser, begun[2]!)).toEqual([303, '/console/2']);
  const long = `/console/${'x'.repeat(1900)}`;
  for (let tab = 0; tab < 4; tab += 1) await answered(browser, long, 'adm', 'tiktok-account');
  const bytes = cookiesOf(browser).reduce((sum, name) => sum + (browser.jar().get(name)?.length ?? 0), 0);
  expect(bytes).toBeLessThan(8000);
});

describe('what is said once, on the page that follows', () => {
  /** Two answers of one owner, in two tabs, before either tab shows its next page. */
  async function twoAnswers(one: 'approve' | 'decline', other: 'approve' | 'decline') {
    const owner = await signInAs(app, 'tiktok_account:brand', null, issuer.url);
    const browser = new Browser(app);
    browser.jar().set(owner.name, owner.token);
    const next: string[] = [];
    for (const answer of [one, other]) {
      const token = await requestToken(app, ['POST']);
      const body = new URLSearchParams({ csrf: owner.csrf });
      const headers = { 'Sec-Fetch-Site': 'same-origin' };
      const done = await browser.once(`/consent/${token}/${answer}`, { method: 'POST', headers, body });
      next.push(done.headers.get('Location') ?? '');
    }
    return { browser, next };
  }
  const { myAccount: words } = LOCALES.en.words;

  test.each(['first', 'second'] as const)('each tab says its own, whichever shows first: the %s', async (first) => {
    const { browser, next } = await twoAnswers('approve', 'decline');
    expect(next).toEqual(['/my-account/grants/bc1', '/my-account']);
    const said = [words.authorized, words.declined];
    for (const tab of first === 'first' ? [0, 1] : [1, 0]) {
      const text = await (await browser.once(next[tab]!)).text();
      expect([text.includes(said[0]!), text.includes(said[1]!)]).toEqual([tab === 0, tab === 1]);
      expect(await (await browser.once(next[tab]!)).text()).not.toContain(said[tab]!);
    }
  });

  test('the same twice is said once; other pages, other people and a look without a page take nothing', async () => {
    const { browser, next } = await twoAnswers('decline', 'decline');
    const user = await signInAs(app, 'user:adm', null, issuer.url);
    browser.jar().set(user.name, user.token);
    for (const path of ['/console/bc1/tiktok-accounts', '/my-account/grants/bc1']) await browser.once(path);
    await browser.once('/my-account', { method: 'HEAD' });
    const text = await (await browser.once(next[0]!)).text();
    expect(text.split(words.declined)).toHaveLength(2);
  });

  test('two that lead to one page are both said there', async () => {
    await put(app, '/v1/business-centers/bc3', { name: 'Third Agency' });
    await put(app, '/v1/business-centers/bc3/members/adm', { user_role: 'ADMIN' });
    const owner = await signInAs(app, 'tiktok_account:twice', null, issuer.url);
    const browser = new Browser(app);
    browser.jar().set(owner.name, owner.token);
    for (const bcId of ['bc1', 'bc3']) {
      const token = await requestToken(app, ['POST'], bcId);
      await app.call('POST', `/v1/consents/${token}/approve`, { actor: 'tiktok_account:twice' });
    }
    const body = new URLSearchParams({ csrf: owner.csrf });
    for (const bcId of ['bc1', 'bc3']) {
      const headers = { 'Sec-Fetch-Site': 'same-origin' };
      await browser.once(`/my-account/grants/${bcId}/revoke`, { method: 'POST', headers, body });
    }
    const text = await (await browser.once('/my-account')).text();
    const said = text.split(words.revoked).slice(1);
    expect(said).toHaveLength(2);
    expect(said.map((it) => /Bright Agency|Third Agency/.exec(it)?.[0])).toEqual(['Bright Agency', 'Third Agency']);
  });
});
