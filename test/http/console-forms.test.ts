import { expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { decision, put } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { world } from '../support/world.ts';

const ACCOUNT = '/console/bc1/tiktok-accounts/brand';

async function granted(scopes = ['POST']): Promise<{ app: TestApp; adm: SignedInBrowser }> {
  const app = await world({ granted: scopes, roles: { 'sam@adv1': 'OPERATOR', 'kim@adv1': 'OPERATOR' } });
  await put(app, '/v1/business-centers/bc1/members/kim', { user_role: 'STANDARD' });
  return { app, adm: await signInAs(app, 'user:adm') };
}

function may(app: TestApp, user: string): Promise<string> {
  return decision(app, user, 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1' });
}

/** Where a form leads: its status, and the address that the browser goes on to. */
async function leads(answer: Promise<Response>): Promise<string> {
  const { status, headers } = await answer;
  return `${status} ${headers.get('Location') ?? ''}`.trim();
}

test('a request is made, shown with its QR code, followed, and cancelled once', async () => {
  const { adm } = await granted();
  const made = await adm.post('/console/bc1/request-access', { scopes: ['POST', 'LIVE'], validity: '3600' });
  expect(made.status).toBe(303);
  const path = made.headers.get('Location') ?? '';
  const shown = await (await adm.get(path)).text();
  expect(shown).toMatch(/<img class="qr" src="[^"]+\/qr\.svg"/);
  expect(shown).toContain('http://sparkgate.test/consent/');
  expect(shown).toContain('http-equiv="refresh"');
  expect(await (await adm.get(`${path}/state`)).json()).toEqual({ state: 'PENDING' });
  expect((await adm.get(`${path}/qr.png`)).headers.get('Content-Type')).toBe('image/png');
  expect(await leads(adm.post(`${path}/cancel`))).toBe('303 /console/bc1/access-requests');
  const again = await adm.post(`${path}/cancel`);
  expect([again.status, (await again.text()).includes('Somebody was faster')]).toEqual([409, true]);
  expect(await (await adm.get(`${path}/state`)).json()).toEqual({ state: 'CANCELLED' });
  const over = await (await adm.get(path)).text();
  expect(over).toContain('This request was cancelled.');
  expect(over).not.toContain('/consent/');
});

test('an approved request leads to the account', async () => {
  const { app, adm } = await granted();
  const made = await adm.post('/console/bc1/request-access', { scopes: 'LIVE', validity: '3600' });
  const path = made.headers.get('Location') ?? '';
  const token = /consent\/([\w-]+)/.exec(await (await adm.get(path)).text())?.[1] ?? '';
  await app.call('POST', `/v1/consents/${token}/approve`, { actor: 'tiktok_account:brand' });
  expect(await leads(adm.get(path))).toBe(`303 ${ACCOUNT}`);
});

test('what was typed comes back with what is wrong', async () => {
  const { adm } = await granted();
  const refused = await adm.post('/console/bc1/request-access', {
    tiktok_account_id: '"><b>'.padEnd(200, 'x'),
    validity: '1',
  });
  const shown = await refused.text();
  expect(refused.status).toBe(400);
  for (const said of ['at least one permission scope', 'cannot be the ID', 'one of the offered times']) {
    expect(shown).toContain(said);
  }
  expect(shown).toContain('value="&quot;&gt;&lt;b&gt;xxx');
});

test('two members are assigned at once', async () => {
  const { app, adm } = await granted();
  const fields = { intent: 'assign', members: ['sam', 'kim'], scopes: 'POST' };
  expect(await leads(adm.post(`${ACCOUNT}/assign`, fields))).toBe(`303 ${ACCOUNT}`);
  expect(await Promise.all([may(app, 'sam'), may(app, 'kim')])).toEqual([
    'ALLOW via BUSINESS_CENTER',
    'ALLOW via BUSINESS_CENTER',
  ]);
  const trail = await app.call('GET', '/v1/audit?bc_id=bc1');
  const steps = trail.body.items.filter(({ event }: { event: string }) => event === 'assignment.put');
  expect(new Set(steps.map(({ revision }: { revision: string }) => revision)).size).toBe(1);
  expect(await leads(adm.post(`${ACCOUNT}/assign`, fields)), 'sent twice').toBe(`303 ${ACCOUNT}`);
});

test('all of them, or none', async () => {
  const { app, adm } = await granted();
  const fields = { intent: 'assign', members: ['sam', 'stranger'], scopes: 'POST' };
  const refused = await adm.post(`${ACCOUNT}/assign`, fields);
  const shown = await refused.text();
  expect([refused.status, shown.includes('Nobody was assigned')]).toEqual([409, true]);
  expect(shown).toMatch(/value="sam"\s+checked/);
  expect(await may(app, 'sam')).toBe('DENY NO_ASSIGNMENT');
});

test('scopes beyond the grant are refused, and nobody is assigned', async () => {
  const { app, adm } = await granted();
  const refused = await adm.post(`${ACCOUNT}/assign`, { intent: 'assign', members: ['sam'], scopes: ['POST', 'LIVE'] });
  expect(refused.status).toBe(409);
  expect(await may(app, 'sam')).toBe('DENY NO_ASSIGNMENT');
});

test('ticks outlive a search, and an empty form says what is missing', async () => {
  const { adm } = await granted();
  const found = await adm.post(`${ACCOUNT}/assign`, { intent: 'search', q: 'ki', members: ['sam'], scopes: 'POST' });
  const shown = (await found.text()).replaceAll(/\s+/g, ' ');
  expect(shown).toMatch(/value="sam" checked/);
  expect(shown).toMatch(/value="kim"/);
  expect(shown).not.toMatch(/value="adm"/);
  const empty = await adm.post(`${ACCOUNT}/assign`, { intent: 'assign' });
  const said = await empty.text();
  expect([empty.status, said.includes('Tick at least one'), said.includes('Choose at least one')]).toEqual([
    400,
    true,
    true,
  ]);
});

test('an assignment is changed and taken away', async () => {
  const { app, adm } = await granted(['LIVE', 'POST']);
  const path = `${ACCOUNT}/members/sam`;
  expect(await leads(adm.post(path, { intent: 'change', scopes: 'LIVE' }))).toBe(`303 ${ACCOUNT}`);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
  expect((await adm.post(path, { intent: 'change' })).status).toBe(400);
  expect(await leads(adm.post(path, { intent: 'unassign' }))).toBe(`303 ${ACCOUNT}`);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('DENY NO_ASSIGNMENT');
});

test('revoking names who loses what, tells nobody of links, and happens once', async () => {
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] }, linked: { sam: ['POST'] } });
  const adm = await signInAs(app, 'user:adm');
  const shown = (await (await adm.get(`${ACCOUNT}/revoke`)).text()).replaceAll(/\s+/g, ' ');
  expect(shown).toMatch(/1 member loses access.*Loses.*sam.*POST/);
  expect(shown.match(/POST/g)).toHaveLength(1);
  expect(await leads(adm.post(`${ACCOUNT}/revoke`))).toBe('303 /console/bc1/tiktok-accounts');
  for (const late of [`${ACCOUNT}/revoke`, `${ACCOUNT}/assign`, `${ACCOUNT}/members/sam`]) {
    const fields = { intent: 'assign', members: 'sam', scopes: 'POST' };
    const answer = await adm.post(late, fields);
    expect([late, answer.status]).toEqual([late, 409]);
    expect(await answer.text()).toContain('Somebody was faster');
  }
});

test.each([
  ['/console/bc1/request-access', { scopes: 'POST', validity: '3600' }],
  [`${ACCOUNT}/assign`, { intent: 'assign', members: 'sam', scopes: 'POST' }],
  [`${ACCOUNT}/members/sam`, { intent: 'change', scopes: 'POST' }],
  [`${ACCOUNT}/revoke`, {}],
])('%s: another site, another sign-in, or a standard member posts in vain', async (path, fields) => {
  const { app, adm } = await granted();
  const sam = await signInAs(app, 'user:sam');
  const statuses = await Promise.all([
    adm.post(path, fields, { 'Sec-Fetch-Site': 'cross-site' }),
    adm.post(path, { ...fields, csrf: 'x' }),
    adm.post(path, { ...fields, csrf: sam.csrf }),
    sam.post(path, fields),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  const signedOut = await app.request(path, { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } });
  expect(signedOut.status).toBe(401);
  expect(await decision(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may(app, 'sam')).toBe('DENY NO_ASSIGNMENT');
});
