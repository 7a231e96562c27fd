import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, requestToken, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { sql } from '../support/sql.ts';

// What happened in a whole Business Center: looked for by who, what, which account and when; as a page and as a file.

const HISTORY = '/console/bc1/history';
let app: TestApp;
let adm: SignedInBrowser;
const today = new Date().toISOString().slice(0, 10);
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/users/sam', { display_name: '=Sam "the" Lee,', email: 'sam@example.com' });
  await grant(app, ['LIVE', 'POST']);
  await grant(app, ['POST'], 'bc1', 'other');
  await assign(app, 'sam', ['POST']);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await bring(app, [
    { type: 'member', bc_id: 'bc1', user_id: 'kim', user_role: 'STANDARD' },
    { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 'other', user_id: 'kim', scopes: ['POST'] },
    { type: 'member', bc_id: 'bc2', user_id: 'secret', user_role: 'STANDARD' },
  ]);
  const freeze = '/v1/freezes/business_center/bc1';
  await app.call('PUT', freeze, { actor: 'user:adm', body: { reason: 'drill' } });
  await app.call('DELETE', freeze, { actor: 'user:adm' });
  adm = await signInAs(app, 'user:adm');
});
afterAll(async () => app.close());

async function rows(query: string, browser = adm): Promise<string[]> {
  const page = (await (await browser.get(`${HISTORY}${query}`)).text()).replaceAll(
    /<[^>]*data-label="By"[\s\S]*?<\/td>/g,
    '',
  );
  return [...page.matchAll(/<tr role="row">\s*<th role="rowheader"[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    row
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

test('everything of the Business Center, imports change by change, and nothing of another', async () => {
  const all = await rows('');
  const text = all.join('\n');
  for (const said of [
    /Assigned to a member: kim .*Imported .*@other/,
    /Became a member, or got another role: kim Standard member Imported/,
    /Got a role in an ad account: .*sam Operator Spring campaign adv1/,
    /It was frozen Business Center/,
    /The owner authorized this Business Center .*@brand/,
    /The access request was approved/,
  ])
    expect(text).toMatch(said);
  expect(text).not.toMatch(/secret|[a-z]+\.[a-z]+ed\b/);
});

test.each<[string, RegExp, RegExp]>([
  ['?who=sam%40example', /sam/, /kim/],
  ['?who=kim', /kim/, /\bsam\b/],
  ['?what=ASSIGNMENTS', /^Assigned/, /member, or|authorized|requested/],
  ['?what=AD_ACCOUNTS', /ad account/, /Assigned/],
  ['?account=%40OTHER', /@other/, /@brand/],
  [`?from=${today}&to=${today}`, /kim/, /^$/],
])('%s finds some, and nothing else', async (query, found, not) => {
  const some = await rows(query);
  expect(some.length).toBeGreaterThan(0);
  expect(some.join('\n')).toMatch(found);
  for (const row of some) expect(row).not.toMatch(not);
});

test('what an owner did with a request is found by their account, though the request named none', async () => {
  const token = await requestToken(app, ['POST']);
  const actor = 'tiktok_account:other';
  expect((await app.call('GET', `/v1/consents/${token}`, { actor })).status).toBe(200);
  expect((await app.call('POST', `/v1/consents/${token}/decline`, { actor })).status).toBe(200);
  const found = (await rows('?account=%40other')).join('\n');
  expect(found).toMatch(/opened the access request .*@other/);
  expect(found).toMatch(/declined .*@other/);
  expect((await rows('?account=%40brand')).join('\n')).not.toMatch(/declined/);
  const own = await (await adm.get('/console/bc1/tiktok-accounts/other/history')).text();
  expect(own).toMatch(/declined/);
});

test.each(['?to=2020-01-01', '?who=nobody-at-all', '?account=nothing'])(
  '%s finds nothing, and says so',
  async (query) => {
    expect(await rows(query)).toEqual([]);
    expect(await (await adm.get(`${HISTORY}${query}`)).text()).toContain('Nothing matches');
  },
);

test('the file has what the page shows, narrowed down alike, and nothing in it is a formula', async () => {
  const answer = await adm.get(`${HISTORY}.csv?what=MEMBERS&who=sam`);
  expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="sparkgate-bc1-history.csv"');
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(Buffer.from(bytes.slice(0, 3)).toString('hex')).toBe('efbbbf');
  const lines = new TextDecoder().decode(bytes).split('\r\n');
  expect(lines[0]).toMatch(/^When,What happened,Concerns,Name,TikTok account,By,Name,Before,After$/);
  expect(lines.slice(1, -1).every((line) => line.includes('sam'))).toBe(true);
  expect(lines.join('\n')).toContain(`"'=Sam ""the"" Lee,"`);
});

test('what nobody can read in the address is said, and the rest is kept; a file would be another one', async () => {
  const query = '?from=2026-02-30&who=sam&to=soon';
  const page = (await (await adm.get(`${HISTORY}${query}`)).text()).replaceAll(/<[^>]*>/g, '');
  for (const left of ['2026-02-30', 'soon']) expect(page).toMatch(new RegExp(`could not be read:\\s*${left}`));
  expect(page).not.toContain('kim');
  expect((await adm.get(`${HISTORY}.csv${query}`)).status).toBe(400);
});

describe('a long one', () => {
  const MANY = 1030;
  beforeAll(async () => {
    await sql(
      app,
      `insert into audit_entry (id, at, actor, event, subject_type, subject_id, bc_id, before, after, flags, write_id)
       select uuidv7(), now(), 'user:adm', 'assignment.put', 'user', 'many' || n, 'bc1', null,
              '{"tiktok_account_id": "other", "scopes": ["POST"]}', '{}', uuidv7() from generate_series(1, $1) n`,
      [MANY],
    );
  });

  test.each([
    ['of the Business Center', `${HISTORY}?who=many`],
    ['of an account', '/console/bc1/tiktok-accounts/other/history?'],
  ])('%s is counted, and any page of it can be gone to', async (_, path) => {
    const page = async (nth: number): Promise<string> => (await adm.get(`${path}&page=${nth}`)).text();
    const first = await page(1);
    const total = Number(/1–25 of ([\d,]+)/.exec(first)?.[1]?.replace(',', ''));
    expect(total).toBeGreaterThanOrEqual(MANY);
    const last = Math.ceil(total / 25);
    expect(first).toMatch(new RegExp(`name="page" min="1" max="${last}"`));
    const end = await page(last);
    expect(end).toContain(`–${total.toLocaleString('en')} of ${total.toLocaleString('en')}`);
    expect(end.match(/<tr role="row">/g)).toHaveLength(((total - 1) % 25) + 2);
    expect((await adm.get(`${path}&page=0`)).status).toBe(400);
  });

  test('is whole in its file, each step once and nothing but steps', async () => {
    const text = await (await adm.get(`${HISTORY}.csv?who=many`)).text();
    const [, ...lines] = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(MANY);
    expect(new Set(lines.map((line) => /user:many(\d+)/.exec(line)?.[1])).size).toBe(MANY);
  });
});

test.each([
  ['a standard member', 'user:sam', 403],
  ['an administrator of elsewhere', 'user:ext', 404],
])('%s sees none of it', async (_, who, status) => {
  const browser = await signInAs(app, who);
  expect([(await browser.get(HISTORY)).status, (await browser.get(`${HISTORY}.csv`)).status]).toEqual([status, status]);
  if (status === 403) expect(await (await browser.get('/console/bc1/tiktok-accounts')).text()).not.toContain(HISTORY);
});
