import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { put, standardWorld } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

// Whom a request is meant for, the card that is sent on, and the list of all that were asked.

const REQUESTS = '/console/bc1/access-requests';
let app: TestApp;
let adm: SignedInBrowser;
const made: { id: string; code: string; token: string }[] = [];

beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/business-centers/bc1', { name: 'Bright & <Bold> Agency' });
  adm = await signInAs(app, 'user:adm');
  const bodies = [
    { scopes: ['POST'], note: 'for Mia of the Berlin shop' },
    { scopes: ['LIVE', 'POST'], tiktok_account_id: 'brand' },
    { scopes: ['LIVE'], expires_in: 600 },
    { scopes: ['POST'] },
  ];
  for (const body of bodies) {
    const { body: it } = await app.call('POST', '/v1/business-centers/bc1/access-requests', {
      actor: 'user:adm',
      body,
    });
    made.push({ id: it.id, code: it.code, token: new URL(it.consent_url).pathname.split('/').at(-1) ?? '' });
  }
  await app.call('POST', `/v1/business-centers/bc1/access-requests/${made[3]?.id}/cancel`, { actor: 'user:adm' });
});
afterAll(async () => app.close());

async function text(path: string, browser = adm): Promise<string> {
  return (await (await browser.get(path)).text()).replaceAll(/\s+/g, ' ');
}
const codesIn = (page: string): string[] => [...page.matchAll(/<code>(\w{3}-\w{3})<\/code>/g)].map(([, it = '']) => it);
const codes = (...of: number[]): (string | undefined)[] => of.map((n) => made[n]?.code);

test.each<[string, number[], string]>([
  ['', [2, 1, 0], '3'],
  ['?filter=EXPIRING', [2], '1'],
  ['?sort=expires', [2, 0, 1], '3'],
  ['?show=all', [3, 2, 1, 0], '4'],
  ['?show=all&filter=CANCELLED', [3], '1'],
  ['?q=berlin', [0], '1'],
  ['?q=%40BRAND', [1], '1'],
  ['?page=2', [], '3'],
])('the list of requests%s', async (query, rows, total) => {
  const page = await text(`${REQUESTS}${query}`);
  expect(codesIn(page)).toEqual(codes(...rows));
  expect(page).toContain(`${total} in all`);
});

test('the list is another once a request is answered', async () => {
  const state = async (): Promise<string> => (await adm.get(`${REQUESTS}-state`)).text();
  const before = await state();
  expect(await state()).toBe(before);
  expect(await text(REQUESTS)).toContain(`data-live="${REQUESTS}-state" data-state="${JSON.parse(before).state}"`);
  await app.call('POST', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm', body: { scopes: ['LIVE'] } });
  const after = await state();
  expect(after).not.toBe(before);
  await sql(
    app,
    `update access_request set expires_at = now() - interval '1 s' where tiktok_account_id is null and note is null`,
  );
  expect(await state()).not.toBe(after);
  const sam = await signInAs(app, 'user:sam');
  expect((await sam.get(`${REQUESTS}-state`)).status).toBe(403);
});

test('the page of a request names the account that it is meant for', async () => {
  expect(await text(`${REQUESTS}/${made[1]?.id}`)).toMatch(/For TikTok account.*@brand.*brand/);
});

test('a note is for administrators: no owner sees it', async () => {
  const note = 'Berlin shop';
  expect(await text(`${REQUESTS}/${made[0]?.id}`)).toContain(note);
  const owner = await signInAs(app, 'tiktok_account:other');
  const consent = await text(`/consent/${made[0]?.token}`, owner);
  expect([consent.includes(made[0]?.code ?? ''), consent.includes(note)]).toEqual([true, false]);
  const { body } = await app.call('GET', `/v1/consents/${made[0]?.token}`, { actor: 'tiktok_account:other' });
  expect(JSON.stringify(body)).not.toContain(note);
});

test.each([
  ['two lines', 'a\nb'],
  ['201 characters', 'x'.repeat(201)],
  ['blanks', '  '],
])('a note of %s is refused', async (_, note) => {
  const body = { scopes: ['POST'], note };
  expect((await app.call('POST', '/v1/business-centers/bc1/access-requests', { actor: 'user:adm', body })).status).toBe(
    400,
  );
});

test.each([
  ['en', 'Bright &amp; &lt;Bold&gt; Agency', 'Use existing posts for ads', 'QR code valid until'],
  ['zh-CN', '核对码', '使用现有帖子投放广告', '二维码有效期至'],
])('the card carries who asks, the code to compare, scopes and end, in %s', async (language, ...said) => {
  const answer = await adm.get(`${REQUESTS}/${made[0]?.id}/card.svg`, { 'Accept-Language': language });
  expect(answer.headers.get('Content-Type')).toBe('image/svg+xml');
  const card = (await answer.text()).replaceAll(/<\/?t(?:ext|span)[^>]*>\s*/g, ' ');
  for (const part of [...said, made[0]?.code ?? '-', 'bc1']) expect(card.replaceAll(/\s+/g, ' ')).toContain(part);
  expect(card).toMatch(/<svg x="80"[^>]*><path/);
  expect(card).not.toContain('Berlin');
  const page = await text(`${REQUESTS}/${made[0]?.id}`);
  expect(page).toContain(
    `data-name="sparkgate-bc1-${made[0]?.code}.png" data-needs-script hidden>Download card (PNG)<`,
  );
  expect(page, 'the bare code, called what it is').toMatch(/<a [^>]*qr\.png"[^>]*>QR code only \(PNG\)</);
  for (const [file, type] of [
    ['qr.png', 'png'],
    ['qr.svg', 'svg'],
    ['card.svg', 'svg'],
  ]) {
    const { headers } = await adm.get(`${REQUESTS}/${made[0]?.id}/${file}`);
    const name = `sparkgate-bc1-${made[0]?.code}.${type}`;
    expect([file, headers.get('Content-Disposition')]).toEqual([file, `attachment; filename="${name}"`]);
  }
  for (const type of ['png', 'svg']) expect(page).toContain(`download="sparkgate-bc1-${made[0]?.code}.${type}"`);
});

test('asking again is prefilled', async () => {
  await app.call('POST', `/v1/business-centers/bc1/access-requests/${made[0]?.id}/cancel`, { actor: 'user:adm' });
  const ended = await text(`${REQUESTS}/${made[0]?.id}`);
  const again = /href="([^"]*request-access\?[^"]*)"/.exec(ended)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const form = await text(again);
  expect(form).toMatch(/value="POST" checked/);
  expect(form).not.toMatch(/value="LIVE" checked/);
  expect(form).toContain('value="for Mia of the Berlin shop"');
  expect(form).toMatch(/value="86400" selected/);
});

test.each([
  '/console/bc1/access-requests/{pending}',
  '/console/bc1/access-requests',
  '/console/bc1/tiktok-accounts',
  '/console/bc1/members',
  '/console/bc1/request-access',
])('in Chinese, no Chinese word is followed by a colon of another script: %s', async (path) => {
  const answer = await adm.get(path.replace('{pending}', String(made[0]?.id)), { 'Accept-Language': 'zh-CN' });
  expect(answer.status).toBe(200);
  const said = (await answer.text()).replaceAll(/<script[\s\S]*?<\/script>|<[^>]*>/g, '');
  expect(said).not.toMatch(/\p{Script=Han}\s*[:;?!]/u);
  expect(said).not.toMatch(/·\s*剩余时间/);
});
