import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { requestToken, standardWorld } from '../support/cast.ts';
import { inWords } from '../support/outcome.ts';
import { signInAs } from '../support/signed-in.ts';

const MANY = '1000000';
const open: TestApp[] = [];
let account = 0;

/** A service where one rule is strict and the others are not. */
async function strict(rule: string, allowed: number): Promise<TestApp> {
  const app = await testApp({ [`CONSENT_RATE_PER_${rule}`]: String(allowed), TRUSTED_PROXIES: '1' });
  open.push(app);
  await standardWorld(app);
  return app;
}
let perAccount: TestApp;
let perCenter: TestApp;
let perAddress: TestApp;
beforeAll(async () => {
  [perAccount, perCenter, perAddress] = await Promise.all([
    strict('ACCOUNT', 3),
    strict('BUSINESS_CENTER', 3),
    strict('ADDRESS', 3),
  ]);
});
beforeEach(() => (account += 1));
afterAll(async () => {
  for (const app of open) await app.close();
});

const from = (address: string) => ({ 'X-Forwarded-For': `198.51.100.99, ${address}` });

test('per account: the fourth look within a minute is refused, whatever the link, by page and by API alike', async () => {
  const owner = await signInAs(perAccount, `tiktok_account:a${account}`);
  const statuses = [];
  for (const token of ['one', 'two', 'three', 'four']) statuses.push((await owner.get(`/consent/${token}`)).status);
  expect(statuses).toEqual([404, 404, 404, 429]);
  const api = await perAccount.call('GET', '/v1/consents/five', { actor: `tiktok_account:a${account}` });
  expect(inWords(api)).toBe('429 rate_limited');
  expect(Number(api.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(Number(api.headers.get('Retry-After'))).toBeLessThanOrEqual(60);
  const answered = await perAccount.call('POST', '/v1/consents/five/approve', { actor: `tiktok_account:a${account}` });
  expect(inWords(answered)).toBe('429 rate_limited');
  const other = await signInAs(perAccount, `tiktok_account:b${account}`);
  expect((await other.get('/consent/one')).status).toBe(404);
});

test('429 is a page that says what to do, in the reader’s language', async () => {
  const owner = await signInAs(perAccount, `tiktok_account:a${account}`);
  for (let look = 0; look < 3; look += 1) await owner.get('/consent/one');
  const refused = await owner.get('/consent/one', { 'Accept-Language': 'zh' });
  expect([refused.status, refused.headers.get('Content-Type')]).toEqual([429, 'text/html; charset=UTF-8']);
  expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
  expect(await refused.text()).toContain('请求过于频繁');
});

test('per Business Center: its links are shown to so many, and another’s are not touched', async () => {
  const [one, other] = [await requestToken(perCenter, ['POST']), await requestToken(perCenter, ['POST'], 'bc2', 'ext')];
  const statuses = [];
  for (const who of ['p', 'q', 'r', 's']) {
    statuses.push((await (await signInAs(perCenter, `tiktok_account:${who}`)).get(`/consent/${one}`)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await (await signInAs(perCenter, 'tiktok_account:s')).get(`/consent/${other}`)).status).toBe(200);
});

test('per Business Center and per person: so many requests for access', async () => {
  const ask = async (app: TestApp, by: string) =>
    inWords(
      await app.call('POST', '/v1/business-centers/bc1/access-requests', {
        actor: `user:${by}`,
        body: { scopes: ['LIVE'] },
      }),
    );
  const asked = [];
  for (let time = 0; time < 4; time += 1) asked.push(await ask(perAccount, 'adm'));
  expect(asked).toEqual(['201', '201', '201', '429 rate_limited']);
  await perCenter.call('PUT', '/v1/business-centers/bc1/members/adm2', { body: { user_role: 'ADMIN' } });
  const both = [];
  // One was asked for by the test before.
  for (const by of ['adm', 'adm2', 'adm']) both.push(await ask(perCenter, by));
  expect(both).toEqual(['201', '201', '429 rate_limited']);
});

test('per address: counted before anybody is known, by the proxy’s word and not by the caller’s', async () => {
  const look = async (headers: Record<string, string>) => (await perAddress.request('/consent/x', { headers })).status;
  const first = [];
  for (let time = 0; time < 4; time += 1) first.push(await look(from('203.0.113.1')));
  expect(first).toEqual([302, 302, 302, 429]);
  expect(await look(from('203.0.113.2'))).toBe(302);
  expect(await look({ 'X-Forwarded-For': '203.0.113.77, 203.0.113.1' })).toBe(429);
  expect(await look(from('2001:db8::1'))).toBe(302);
  for (const host of ['2', '3']) await look(from(`2001:db8::${host}`));
  expect(await look(from('2001:db8::4'))).toBe(429);
});

test('an API key is counted in the place of an address', async () => {
  const app = await testApp({
    CONSENT_RATE_PER_ADDRESS: '1',
    CONSENT_RATE_PER_API_KEY: '3',
    CONSENT_RATE_PER_ACCOUNT: MANY,
  });
  open.push(app);
  const seen = [];
  for (const who of ['a', 'b', 'c', 'd']) {
    seen.push(inWords(await app.call('GET', '/v1/consents/x', { actor: `tiktok_account:${who}` })));
  }
  expect(seen).toEqual([
    '404 consent_not_available',
    '404 consent_not_available',
    '404 consent_not_available',
    '429 rate_limited',
  ]);
});
