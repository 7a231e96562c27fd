import { expect, test } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { assign, decision, put } from '../support/cast.ts';
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
  const asked = (await (await adm.get(`${path}/cancel`)).text()).replaceAll(/\s+/g, ' ');
  expect(asked).toMatch(/Keep the request<\/a>.*Cancel the request<\/button>/);
  expect(await leads(adm.post(`${path}/cancel`))).toBe('303 /console/bc1/access-requests');
  expect(await leads(adm.get(`${path}/cancel`)), 'nothing left to cancel').toBe(`303 ${path}`);
  const again = await adm.post(`${path}/cancel`);
  expect(again.status).toBe(409);
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
  for (const said of ['at least one permission scope', 'cannot be the handle or ID', 'one of the offered times']) {
    expect(shown).toContain(said);
  }
  expect(shown).toContain('value="&quot;&gt;&lt;b&gt;xxx');
});

test('two members are assigned at once', async () => {
  const { app, adm } = await granted();
  const fields = { intent: 'assign', members: ['sam', 'kim'], scopes: 'POST' };
  expect(await leads(adm.post(`${ACCOUNT}/assign`, fields))).toBe(`303 ${ACCOUNT}/members`);
  expect(await Promise.all([may(app, 'sam'), may(app, 'kim')])).toEqual([
    'ALLOW via BUSINESS_CENTER',
    'ALLOW via BUSINESS_CENTER',
  ]);
  const trail = await app.call('GET', '/v1/audit?bc_id=bc1');
  const steps = trail.body.items.filter(({ event }: { event: string }) => event === 'assignment.put');
  expect(new Set(steps.map(({ revision }: { revision: string }) => revision)).size).toBe(1);
  expect(await leads(adm.post(`${ACCOUNT}/assign`, fields)), 'sent twice').toBe(`303 ${ACCOUNT}/members`);
});

test('all of them, or none', async () => {
  const { app, adm } = await granted();
  const fields = { intent: 'assign', members: ['sam', 'stranger'], scopes: 'POST' };
  const refused = await adm.post(`${ACCOUNT}/assign`, fields);
  const shown = await refused.text();
  expect([refused.status, shown.includes('No one was assigned')]).toEqual([409, true]);
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
  const found = await adm.post(`${ACCOUNT}/assign`, { intent: 'search', q: 'ki', members: 'sam', scopes: 'POST' });
  const shown = (await found.text()).replaceAll(/\s+/g, ' ');
  expect(shown).toMatch(/value="sam" checked/);
  expect(shown).toMatch(/value="kim"/);
  expect(shown).not.toMatch(/value="adm"/);
  expect(shown, 'no tick and no secret goes into an address').not.toMatch(/formmethod="get"/);
  const empty = await adm.post(`${ACCOUNT}/assign`, { intent: 'assign' });
  const said = await empty.text();
  expect([empty.status, said.includes('Select at least one'), said.includes('Choose at least one')]).toEqual([
    400,
    true,
    true,
  ]);
});

test('an assignment is changed and taken away', async () => {
  const { app, adm } = await granted(['LIVE', 'POST']);
  const path = `${ACCOUNT}/members/sam`;
  expect(await leads(adm.post(path, { intent: 'change', scopes: 'LIVE' }))).toBe(`303 ${ACCOUNT}/members`);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
  expect((await adm.post(path, { intent: 'change' })).status).toBe(400);
  const asked = (await (await adm.get(`${path}?step=unassign`)).text()).replaceAll(/\s+/g, ' ');
  expect(asked).toMatch(/Unassign this member\?.*Keep access<\/a>.*Unassign member<\/button>/);
  expect(await leads(adm.post(path, { intent: 'unassign' }))).toBe(`303 ${ACCOUNT}/members`);
  expect(await leads(adm.get(`${path}?step=unassign`)), 'nothing left to take').toBe(`303 ${path}`);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('DENY NO_ASSIGNMENT');
});

test('revoking names who loses what, tells nobody of links, and happens once', async () => {
  const app = await world({ granted: ['POST'], assigned: { sam: ['POST'] }, linked: { sam: ['POST'] } });
  const adm = await signInAs(app, 'user:adm');
  const shown = (await (await adm.get(`${ACCOUNT}/revoke`)).text()).replaceAll(/\s+/g, ' ');
  expect(shown).toMatch(/1 member loses access.*Loses.*sam.*existing posts/);
  expect(shown.match(/Use existing posts for ads/g)).toHaveLength(1);
  expect(await leads(adm.post(`${ACCOUNT}/revoke`))).toBe(`303 ${ACCOUNT}`);
  for (const late of [`${ACCOUNT}/revoke`, `${ACCOUNT}/assign`, `${ACCOUNT}/members/sam`]) {
    const fields = { intent: 'assign', members: 'sam', scopes: 'POST' };
    const answer = await adm.post(late, fields);
    expect([late, answer.status]).toEqual([late, 409]);
  }
});

test.each<[string, Record<string, string>]>([
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
  // What is not assigned to a standard member is nothing that they may know of.
  const ofAccount = path.startsWith(ACCOUNT);
  expect(statuses.map(({ status }) => status)).toEqual([403, 403, 403, ofAccount ? 404 : 403]);
  const signedOut = await app.request(path, { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } });
  expect(signedOut.status).toBe(401);
  expect(await decision(app, 'adm', 'view')).toBe('ALLOW via BUSINESS_CENTER');
  expect(await may(app, 'sam')).toBe('DENY NO_ASSIGNMENT');
});

test('many ticks go by POST, since no address holds them', async () => {
  const { adm } = await granted();
  const ticked = Array.from({ length: 200 }, (_, index) => `member-with-a-long-name-${index}`);
  const answer = await adm.post(`${ACCOUNT}/assign`, { intent: 'search', q: 'ki', members: ticked });
  const shown = await answer.text();
  expect([answer.status, shown.includes('formmethod')]).toEqual([200, false]);
  expect(shown.match(/value="member-with-a-long-name-\d+" checked/g)).toHaveLength(200);
});

test('assigning less than somebody has asks first, and asks again once it would take something else', async () => {
  const { app, adm } = await granted(['LIVE', 'POST']);
  await assign(app, 'sam', ['LIVE', 'POST']);
  const form = (await (await adm.get(`${ACCOUNT}/assign`)).text()).replaceAll(/\s+/g, ' ');
  expect(form).toMatch(/value="sam".*?Has now.*?existing posts.*?live videos/);
  expect(form).toContain('The permission level that you choose replaces the current one.');
  const fields = { members: ['sam', 'kim'], scopes: 'POST' };
  const asked = await adm.post(`${ACCOUNT}/assign`, fields);
  const shown = (await asked.text()).replaceAll(/\s+/g, ' ');
  expect([asked.status, shown.includes('1 member has more than you chose now')]).toEqual([200, true]);
  expect(shown).toMatch(/name="members" value="sam".*name="members" value="kim".*name="scopes" value="POST"/);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('ALLOW via BUSINESS_CENTER');
  const confirmed = /name="confirmed" value="([^"]+)"/.exec(shown)?.[1] ?? '';

  await assign(app, 'kim', ['LIVE']);
  const more = await adm.post(`${ACCOUNT}/assign`, { ...fields, confirmed });
  const again = await more.text();
  expect([more.status, again.includes('2 members have more')]).toEqual([200, true]);
  const both = /name="confirmed" value="([^"]+)"/.exec(again)?.[1] ?? '';
  expect(await leads(adm.post(`${ACCOUNT}/assign`, { ...fields, confirmed: both }))).toBe(`303 ${ACCOUNT}/members`);
  expect(await decision(app, 'sam', 'read_live_videos')).toBe('DENY SCOPE_NOT_ASSIGNED');
});

test.each([
  ['its handle', '@brand', 'brand'],
  ['its handle without @', 'one-of-a-kind', 'third'],
  ['its ID', 'brand', 'brand'],
  ['an ID that reads like the handle of another', '@third', '@third'],
])('a request is meant for an account that is named by %s', async (_, typed, id) => {
  const { app, adm } = await granted();
  await put(app, '/v1/tiktok-accounts/third', { handle: '@one-of-a-kind' });
  await put(app, `/v1/tiktok-accounts/${encodeURIComponent('@third')}`, { handle: '@other-name' });
  await put(app, '/v1/tiktok-accounts/fourth', { handle: '@third' });
  const fields = { scopes: 'POST', validity: '3600', tiktok_account_id: typed };
  const made = await adm.post('/console/bc1/request-access', fields);
  expect(made.status).toBe(303);
  const request = made.headers.get('Location')?.split('/').at(-1) ?? '';
  const { body } = await app.call('GET', `/v1/business-centers/bc1/access-requests/${request}`, { actor: 'user:adm' });
  expect(body.tiktok_account_id).toBe(id);
});

test('a handle that nobody here knows is noted, and the request is for whoever scans the code', async () => {
  const { app, adm } = await granted();
  const fields = { scopes: 'POST', validity: '3600', tiktok_account_id: '@nobody', note: 'for Anna' };
  const made = await adm.post('/console/bc1/request-access', fields);
  expect(made.status).toBe(303);
  const to = made.headers.get('Location') ?? '';
  const flash = made.headers.getSetCookie().map((it) => it.split(';')[0]);
  const shown = await adm.get(to, { Cookie: [adm.cookie, ...flash].join('; ') });
  expect(await shown.text()).toContain('any account that scans this QR code can authorize');
  const path = `/v1/business-centers/bc1/access-requests/${to.split('/').at(-1)}`;
  const { body } = await app.call('GET', path, { actor: 'user:adm' });
  expect(body).toMatchObject({ tiktok_account_id: null, note: '@nobody · for Anna' });
  const long = await adm.post('/console/bc1/request-access', { ...fields, note: 'x'.repeat(195) });
  expect([long.status, (await long.text()).includes('value="@nobody"')]).toEqual([400, true]);
});

test('a handle that several hold makes no dead QR code', async () => {
  const [typed, said] = ['@twins', 'Several TikTok accounts'];
  const { app, adm } = await granted();
  for (const id of ['twin-1', 'twin-2']) await put(app, `/v1/tiktok-accounts/${id}`, { handle: '@twins' });
  const fields = { scopes: 'POST', validity: '3600', tiktok_account_id: typed };
  const refused = await adm.post('/console/bc1/request-access', fields);
  const shown = await refused.text();
  expect([refused.status, shown.includes(said), shown.includes('twin-1')]).toEqual([400, true, false]);
  expect(shown).toContain(`value="${typed}"`);
});

test('administrators find the history of a revoked account, and can request it again', async () => {
  const { app, adm } = await granted();
  await assign(app, 'sam', ['POST']);
  await adm.post(`${ACCOUNT}/revoke`);
  const page = await adm.get(ACCOUNT);
  const shown = (await page.text()).replaceAll(/\s+/g, ' ');
  expect(page.status).toBe(200);
  expect(shown).toMatch(/<h1>.*@brand.*no longer has authorization for this account.*Revoked by.*adm/);
  expect(shown).toMatch(/The authorization was revoked.*Assigned to a member/);
  expect(shown).toContain('/console/bc1/request-access?tiktok_account_id=brand');
  expect(shown).not.toContain('/assign');
  const form = await (await adm.get('/console/bc1/request-access?tiktok_account_id=brand')).text();
  expect(form).toMatch(/name="tiktok_account_id"[^>]*value="brand"/);
  const sam = await signInAs(app, 'user:sam');
  expect((await sam.get(ACCOUNT)).status).toBe(404);
  const ext = await signInAs(app, 'user:ext');
  expect((await ext.get(ACCOUNT)).status).toBe(404);
  expect((await ext.get('/console/bc2/tiktok-accounts/brand')).status).toBe(404);
});

test.each(['NaN', '-1', '1e9', '<b>'])('a forged message (%s) is not said', async (count) => {
  const { adm } = await granted();
  const forged = Buffer.from(JSON.stringify({ done: 'assigned', values: { count } }), 'utf8').toString('base64url');
  const page = await adm.get(ACCOUNT, {
    Cookie: `${adm.cookie}; __Host-sparkgate_flash=${forged}; sparkgate_flash=${forged}`,
  });
  const shown = await page.text();
  expect([page.status, shown.includes('assigned.'), shown.includes('NaN')]).toEqual([200, false, false]);
});
