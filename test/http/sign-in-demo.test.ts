import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';
import { mayOfferDemoSignIn } from '../../src/demo/people.ts';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { testApp } from '../support/app.ts';
import { cleanUp, SERVICE_KEY, startService, type Service } from '../support/service.ts';
import { formOf } from '../support/signed-in.ts';

afterAll(cleanUp);

const ISSUER = { OIDC_ISSUER: 'https://issuer.test', OIDC_CLIENT_ID: 'sparkgate' };
const OWNERS = { TIKTOK_OIDC_ISSUER: 'https://issuer.test', TIKTOK_OIDC_CLIENT_ID: 'sparkgate' };
/** Owners at the same issuer, by another client; a last slash makes no other issuer. */
const OTHER_CLIENT = { TIKTOK_OIDC_ISSUER: 'https://issuer.test/', TIKTOK_OIDC_CLIENT_ID: 'owners' };
const DATABASE = { DATABASE_URL: 'postgresql://user@localhost/sparkgate' };

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  redirect: 'manual',
  headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', ...headers },
  body: formOf(fields),
});

describe("where the demo's sign-in may be", () => {
  test.each([
    ['on', 'nothing is set', {}],
    ['on', 'DEMO=on', { DEMO: 'on' }],
    ['on', 'by the address of this machine', { HOST: 'localhost', PUBLIC_URL: 'http://localhost:8080' }],
    ['on', 'elsewhere, but asked for', { HOST: '0.0.0.0', DEMO: 'on' }],
    ['off', 'DEMO=off', { DEMO: 'off' }],
    ['off', 'others can reach it', { HOST: '0.0.0.0' }],
    ['off', 'others can reach it by a public address', { PUBLIC_URL: 'https://sparkgate.test' }],
    ['off', 'a database', DATABASE],
    ['off', 'an issuer', ISSUER],
    ['off', 'an issuer of owners', OWNERS],
    ['off', 'a database, and DEMO=on', { ...DATABASE, DEMO: 'on' }],
    ['off', 'an issuer, and DEMO=on', { ...ISSUER, DEMO: 'on' }],
    ['off', 'an issuer of owners, and DEMO=on', { ...OWNERS, DEMO: 'on' }],
    ['off', 'all of them', { ...DATABASE, ...ISSUER, ...OWNERS, DEMO: 'on' }],
  ])('%s: %s', (expected, _, environment) => {
    expect(mayOfferDemoSignIn(readConfig(environment)) ? 'on' : 'off').toBe(expected);
  });

  test('404 beside a database, though the demo is asked for and its facts are there', async () => {
    const app = await testApp({ DEMO: 'on' });
    app.runtime.prepared({ demo: true });
    const page = await app.request('/sign-in');
    const posted = await app.request('/sign-in/demo', form({ who: 'user:adm' }));
    await app.close();
    expect([posted.status, posted.headers.getSetCookie()]).toEqual([404, []]);
    expect(await page.text()).not.toContain('/sign-in/demo');
  });

  test.each([ISSUER, OWNERS])('404 beside an issuer, on the embedded database with DEMO=on: %j', async (issuer) => {
    const service = await startService({ ...issuer, DEMO: 'on' });
    const page = await (await fetch(`${service.url}/sign-in`)).text();
    expect(page).not.toContain('/sign-in/demo');
    expect((await fetch(`${service.url}/sign-in/demo`, form({ who: 'user:adm' }))).status).toBe(404);
  });
});

test("facts of somebody's own that look like the demo's make no demo", async () => {
  const own = await startService({ DEMO: 'off', BOOTSTRAP_API_KEY: SERVICE_KEY });
  const stored = await own.call('PUT', '/v1/business-centers/bc1', { body: { name: 'Bright Agency' } });
  expect(stored.status).toBe(200);
  own.kill('SIGTERM');
  await own.exit;
  for (const demo of [{}, { DEMO: 'on' }]) {
    const service = await startService({ ...demo, DATA_DIR: own.dataDir });
    expect(await (await fetch(`${service.url}/sign-in`)).text()).not.toContain('/sign-in/demo');
    expect((await fetch(`${service.url}/sign-in/demo`, form({ who: 'user:adm' }))).status).toBe(404);
    service.kill('SIGTERM');
    await service.exit;
  }
}, 60_000);

test('on a first start, the demo lets its people in, marked as such, and nobody else', async () => {
  const { url, stdout } = await startService();
  expect(stdout()).toContain(`console            ${url}/console`);
  const page = await (await fetch(`${url}/sign-in`)).text();
  expect(page).toContain('Demo sign-in');
  for (const who of [
    'user:adm',
    'user:sam',
    'user:lee',
    'user:ext',
    'user:rita',
    'tiktok_account:brand',
    'tiktok_account:other',
  ]) {
    expect(page).toContain(`value="${who}"`);
    const signedIn = await fetch(`${url}/sign-in/demo`, form({ who, next: '//evil.test' }));
    expect([signedIn.status, signedIn.headers.get('Location')]).toEqual([
      303,
      who.startsWith('user') ? '/console' : '/my-account',
    ]);
    expect(signedIn.headers.get('Set-Cookie')).toMatch(
      /^sparkgate_(user|tiktok_account)=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  }
  for (const who of ['user:root', 'operator', 'api_key:1', '']) {
    expect((await fetch(`${url}/sign-in/demo`, form({ who }))).status).toBe(400);
  }
  const foreign = await fetch(`${url}/sign-in/demo`, form({ who: 'user:adm' }, { 'Sec-Fetch-Site': 'cross-site' }));
  expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([403, []]);
});

describe("through a proxy, or by another name, the demo's sign-in is not there", () => {
  let service: Service;
  let cookie: string;
  beforeAll(async () => {
    service = await startService();
    const signedIn = await fetch(`${service.url}/sign-in/demo`, form({ who: 'user:adm' }));
    cookie = signedIn.headers.get('Set-Cookie')?.split(';')[0] ?? '';
  });

  test.each([
    'Forwarded: for=203.0.113.7',
    'Via: 1.1 proxy',
    'X-Forwarded-For: 203.0.113.7',
    'X-Forwarded-Host: localhost',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Prefix: /x',
    'X-Forwarded: x',
    'X-Real-IP: 127.0.0.1',
    'X-Client-IP: 127.0.0.1',
    'X-Cluster-Client-IP: 127.0.0.1',
    'X-Original-Forwarded-For: 127.0.0.1',
    'X-Envoy-External-Address: 203.0.113.7',
    'True-Client-IP: 203.0.113.7',
    'Fastly-Client-IP: 203.0.113.7',
    'CF-Connecting-IP: 203.0.113.7',
    'CF-Ray: x',
    'CDN-Loop: x',
  ])('%s: no button, no sign-in, and none of before counts', async (header) => {
    const [name = '', value = ''] = header.split(': ');
    const { url } = service;
    const page = await (await fetch(`${url}/sign-in`, { headers: { [name]: value } })).text();
    expect(page).not.toContain('/sign-in/demo');
    for (const said of Object.values(LOCALES)) {
      const language = { 'Accept-Language': said.language, [name]: value };
      const text = await (await fetch(`${url}/sign-in`, { headers: language })).text();
      expect(text).toContain(said.words.signIn.demo.elsewhere);
    }
    const posted = await fetch(`${url}/sign-in/demo`, form({ who: 'user:adm' }, { [name]: value }));
    expect([posted.status, posted.headers.getSetCookie()]).toEqual([404, []]);
    const shown = await fetch(`${url}/console/bc1/members`, {
      headers: { Cookie: cookie, [name]: value },
      redirect: 'manual',
    });
    expect([shown.status, shown.headers.getSetCookie()]).toEqual([302, []]);
  });

  test('directly, the sign-in of before counts still', async () => {
    const answer = await fetch(`${service.url}/console/bc1/members`, {
      headers: { Cookie: cookie },
      redirect: 'manual',
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    [303, { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }],
    [403, { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.test' }],
    [403, { 'Sec-Fetch-Site': 'same-site' }],
    [403, { 'Sec-Fetch-Site': 'none' }],
  ])('%i: %j', async (status, headers) => {
    const answer = await fetch(`${service.url}/sign-in/demo`, form({ who: 'user:adm' }, headers));
    expect(answer.status).toBe(status);
  });

  test('in an older browser, which hides the origin, the field tells', async () => {
    const { url } = service;
    const page = await fetch(`${url}/sign-in`);
    const [own = ''] = page.headers.getSetCookie().map((it) => it.split(';')[0] ?? '');
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(await page.text()) ?? [];
    const send = async (field: string, jar: string) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'null', Cookie: jar };
      const body = formOf({ who: 'user:adm', csrf: field });
      return (await fetch(`${url}/sign-in/demo`, { method: 'POST', redirect: 'manual', headers, body })).status;
    };
    expect([await send(csrf, own), await send(csrf, 'a=b'), await send('x', own)]).toEqual([303, 403, 403]);
  });
});

describe('settings of the sign-in that cannot be', () => {
  test.each([
    [{ OIDC_CLIENT_ID: 'x' }, 'OIDC_CLIENT_ID is set without OIDC_ISSUER.'],
    [{ OIDC_CLIENT_SECRET: 'x' }, 'OIDC_CLIENT_SECRET is set without OIDC_ISSUER.'],
    [{ OIDC_AUDIENCE: 'x' }, 'OIDC_AUDIENCE is set without OIDC_ISSUER.'],
    [{ OIDC_ISSUER: 'https://issuer.test' }, 'OIDC_ISSUER is set without OIDC_CLIENT_ID.'],
    [
      { ...ISSUER, OIDC_AUDIENCE: 'sparkgate' },
      'OIDC_AUDIENCE is OIDC_CLIENT_ID: an ID token would be taken for an access token.',
    ],
    [
      { ...OWNERS, TIKTOK_OIDC_AUDIENCE: OWNERS.TIKTOK_OIDC_CLIENT_ID },
      'TIKTOK_OIDC_AUDIENCE is TIKTOK_OIDC_CLIENT_ID: an ID token would be taken for an access token.',
    ],
    [
      { ...ISSUER, ...OWNERS, ...OTHER_CLIENT, OIDC_AUDIENCE: 'owners' },
      'OIDC_AUDIENCE is TIKTOK_OIDC_CLIENT_ID of the same issuer: an ID token would be taken for an access token.',
    ],
    [
      { ...ISSUER, ...OWNERS, ...OTHER_CLIENT, TIKTOK_OIDC_AUDIENCE: ISSUER.OIDC_CLIENT_ID },
      'TIKTOK_OIDC_AUDIENCE is OIDC_CLIENT_ID of the same issuer: an ID token would be taken for an access token.',
    ],
    [{ TIKTOK_OIDC_CLIENT_SECRET: 'x' }, 'TIKTOK_OIDC_CLIENT_SECRET is set without TIKTOK_OIDC_ISSUER.'],
    [{ TIKTOK_OIDC_ISSUER: 'https://issuer.test' }, 'TIKTOK_OIDC_ISSUER is set without TIKTOK_OIDC_CLIENT_ID.'],
    [
      { ...ISSUER, ...OWNERS, OIDC_AUDIENCE: 'api', TIKTOK_OIDC_AUDIENCE: 'api' },
      'TIKTOK_OIDC_AUDIENCE is OIDC_AUDIENCE of the same issuer: nobody could tell whose a token is.',
    ],
    [{ ...ISSUER, OIDC_ISSUER: 'http://issuer.test' }, /^OIDC_ISSUER is not valid: takes https, or http on loopback/],
    [{ ...ISSUER, OIDC_ISSUER: 'issuer' }, /^OIDC_ISSUER is not valid: takes an https URL/],
    [{ ...ISSUER, OIDC_ISSUER: 'https://issuer.test/?x' }, /^OIDC_ISSUER is not valid: takes no query/],
    [{ ...ISSUER, OIDC_CLIENT_SECRET: 'ü'.repeat(9) }, /^OIDC_CLIENT_SECRET is not valid: takes printable ASCII/],
    [{ SIGN_IN_LASTS: '5' }, /^SIGN_IN_LASTS is not valid/],
    [{ SIGN_IN_IDLE_TIMEOUT: 'x' }, /^SIGN_IN_IDLE_TIMEOUT is not valid/],
  ])('%j', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(message);
    for (const secret of ['ü'.repeat(9)]) expect(() => readConfig(environment)).not.toThrow(secret);
  });

  test('the client id of another issuer is an audience as any', () => {
    const elsewhere = { ...OTHER_CLIENT, TIKTOK_OIDC_ISSUER: 'https://owners.test', OIDC_AUDIENCE: 'owners' };
    expect(readConfig({ ...ISSUER, ...OWNERS, ...elsewhere }).issuers.user?.audience).toBe('owners');
  });

  test('plain http is for loopback', () => {
    expect(readConfig({ ...ISSUER, OIDC_ISSUER: 'http://127.0.0.1:9000' }).issuers.user?.issuer).toBe(
      'http://127.0.0.1:9000',
    );
  });
});
