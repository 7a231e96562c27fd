import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAGES } from '../../../src/http/routes.ts';
import { testApp, type TestApp } from '../../support/app.ts';
import { formOf, signInAs } from '../../support/signed-in.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => app.close());

test.each(PAGES.map((path) => path.replace('*', 'anything')))(
  '%s: private, unframed, nothing foreign',
  async (path) => {
    const { headers } = await app.request(path);
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  },
);

test('no page has inline script or style, and whatever it loads is ours', async () => {
  const owner = await signInAs(app, 'tiktok_account:brand');
  for (const path of ['/my-account', '/consent/none', '/my-account/none']) {
    const text = await (await owner.get(path)).text();
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/ui\/)/);
    for (const [, address = ''] of text.matchAll(/\s(?:src|href|action)="([^"]*)"/g)) expect(address).toMatch(/^[/#]/);
  }
});

test('style and script are served under their hash for ever, the icon under two names', async () => {
  const owner = await signInAs(app, 'tiktok_account:brand');
  const text = await (await owner.get('/my-account')).text();
  for (const name of ['style.css', 'script.js']) {
    const [path = ''] = new RegExp(`/ui/[\\w-]{16}/${name}`).exec(text) ?? [];
    const { status, headers } = await app.request(path);
    expect([status, headers.get('Cache-Control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  }
  expect((await app.request('/ui/0000000000000000/style.css')).status).toBe(404);
  for (const path of ['/favicon.svg', '/favicon.ico']) {
    expect((await app.request(path)).headers.get('Content-Type')).toBe('image/svg+xml');
  }
});

test.each([
  [{}, 'en'],
  [{ 'Accept-Language': 'de-DE, zh-Hant-TW;q=0.8, en;q=0.5' }, 'zh-CN'],
  [{ 'Accept-Language': 'fr, de' }, 'en'],
  [{ 'Accept-Language': 'zh-CN', Cookie: '__Host-language=en; language=en' }, 'en'],
  [{ Cookie: '__Host-language=zh-CN; language=zh-CN' }, 'zh-CN'],
  [{ Cookie: '__Host-language=<script>; language=<script>' }, 'en'],
])('%j reads %s', async (headers: Record<string, string>, language) => {
  const text = await (await app.request('/my-account', { method: 'POST', headers })).text();
  expect(text).toContain(`<html lang="${language}">`);
});

test('the switch remembers the language and goes back, but never away', async () => {
  const send = async (fields: Record<string, string>) =>
    app.request('/language', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' },
      body: formOf(fields),
    });
  const switched = await send({ language: 'zh-CN', back: '/my-account?cursor=x' });
  expect([switched.status, switched.headers.get('Location')]).toEqual([303, '/my-account?cursor=x']);
  expect(switched.headers.get('Set-Cookie')).toMatch(/^(?:__Host-)?language=zh-CN;.*HttpOnly/);
  const away = await send({ language: 'xx', back: '//elsewhere.example/' });
  expect([away.headers.get('Location'), away.headers.get('Set-Cookie')]).toEqual(['/', null]);
});

test('an error is a page for pages and a problem for the API, with one table of codes', async () => {
  const refused = await app.request('/my-account/grants/bc1/revoke', {
    method: 'POST',
    headers: { 'Accept-Language': 'zh' },
  });
  expect([refused.status, refused.headers.get('Content-Type')]).toEqual([401, 'text/html; charset=UTF-8']);
  expect(await refused.text()).toContain('你尚未登录');
  const problem = await app.request('/v1/consents/none');
  expect([problem.status, problem.headers.get('Content-Type')]).toEqual([401, 'application/problem+json']);
  const forms = await app.request('/nothing-here', { headers: { Accept: '*/*' } });
  expect(forms.headers.get('Content-Type')).toBe('application/problem+json');
});
