import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { Browser } from '../support/browser.ts';
import { requestToken, standardWorld } from '../support/cast.ts';
import { CLIENT, startIssuer } from '../support/issuer.ts';

/** What is written is read: over https with `__Host-` before each name, on this machine without. */
describe.each([
  ['https', 'https://sparkgate.test', '__Host-'],
  ['http on this machine', 'http://127.0.0.1:9', ''],
])('over %s', (_, publicUrl, prefix) => {
  let app: TestApp;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const redirectUris = [`${publicUrl}/sign-in/tiktok-account/callback`];
    const issuer = await startIssuer({ redirectUris });
    app = await testApp({
      PUBLIC_URL: publicUrl,
      TIKTOK_OIDC_ISSUER: issuer.url,
      TIKTOK_OIDC_CLIENT_ID: CLIENT.id,
      TIKTOK_OIDC_CLIENT_SECRET: CLIENT.secret,
    });
    await standardWorld(app);
    close = async () => {
      await app.close();
      await issuer.close();
    };
  });
  afterAll(async () => close());

  test('the language, the field, the attempt, the sign-in and the message are each read again', async () => {
    const browser = new Browser(app);
    const field = async (path: string): Promise<string> =>
      /name="csrf" value="([^"]+)"/.exec(await (await browser.once(path)).text())?.[1] ?? '';
    const post = async (path: string, fields: Record<string, string>, headers = {}) =>
      browser.once(path, { method: 'POST', headers, body: new URLSearchParams(fields) });

    const open = await field('/sign-in');
    await post('/language', { csrf: open, language: 'zh-CN' }, { Origin: 'null' });
    expect(await (await browser.once('/sign-in')).text()).toContain('<html lang="zh-CN">');

    const { url } = await browser.follow('/sign-in/tiktok-account?next=/my-account', 'brand');
    expect(url.pathname).toBe('/my-account');

    const token = await requestToken(app, ['POST']);
    const own = await field(`/consent/${token}`);
    const declined = await post(`/consent/${token}/decline`, { csrf: own }, { 'Sec-Fetch-Site': 'same-origin' });
    expect(declined.headers.get('Location')).toBe('/my-account');
    expect([...browser.jar().keys()].every((name) => name.startsWith(prefix))).toBe(true);
    expect(
      [...browser.jar().keys()]
        .map((name) => name.slice(prefix.length).replace(/(?<=_flash|_signing_in_tiktok_account)_.*$/, ''))
        .toSorted(),
    ).toEqual([
      'language',
      'sparkgate_flash',
      'sparkgate_form',
      'sparkgate_signing_in_tiktok_account',
      'sparkgate_tiktok_account',
    ]);
    const text = await (await browser.once('/my-account')).text();
    expect(text).toContain('<html lang="zh-CN">');
    expect(text).toContain('你已拒绝');
    expect([...browser.jar().keys()].some((name) => name.includes('flash'))).toBe(false);
  });

  test('under the other name, none of them is', async () => {
    const other = prefix === '' ? '__Host-' : '';
    const page = await app.request('/sign-in', { headers: { Cookie: `${other}language=zh-CN` } });
    expect(await page.text()).toContain('<html lang="en">');
  });
});
