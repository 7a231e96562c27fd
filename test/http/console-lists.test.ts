import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { put, standardWorld } from '../support/cast.ts';
import { bring } from '../support/ndjson.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';

// Lists of an agency: narrowed down, sorted, counted, and any page of them at once.

let app: TestApp;
let adm: SignedInBrowser;
const number = (n: number): string => String(n).padStart(3, '0');
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await bring(
    app,
    Array.from({ length: 60 }, (_, n) => [
      { type: 'member', bc_id: 'bc1', user_id: `u${number(n)}`, user_role: n === 59 ? 'ADMIN' : 'STANDARD' },
      { type: 'user', id: `u${number(n)}`, display_name: `Person ${number(59 - n)}` },
      {
        type: 'tiktok_account',
        id: `t${number(n)}`,
        handle: `@t${number(n)}`,
        ad_authorization: n === 7 ? false : null,
      },
      {
        type: 'account_grant',
        bc_id: 'bc1',
        tiktok_account_id: `t${number(n)}`,
        scopes: n % 2 === 0 ? ['POST'] : ['LIVE', 'POST'],
      },
      {
        type: 'assignment',
        bc_id: 'bc1',
        tiktok_account_id: 't001',
        user_id: `u${number(n)}`,
        scopes: n < 30 ? ['POST'] : ['LIVE'],
      },
    ]).flat(),
  );
  await put(app, '/v1/business-centers/bc1/members/new', { user_role: 'STANDARD' });
  adm = await signInAs(app, 'user:adm');
});
afterAll(async () => app.close());

/** The ids that a list shows, in its order, and how many it says that there are. */
async function listed(path: string, row: RegExp): Promise<{ ids: string[]; total: string | undefined }> {
  const page = (await (await adm.get(`/console/bc1/${path}`)).text()).replaceAll(/\s+/g, ' ');
  const total = /(\d+) in all|of (\d+)<\/span>/.exec(page);
  return { ids: [...page.matchAll(row)].map(([, id = '']) => id), total: total?.[1] ?? total?.[2] };
}
const MEMBER = /<a href="\/console\/bc1\/members\/(\w+)"/g;
const ACCOUNT = /<a href="\/console\/bc1\/tiktok-accounts\/(\w+)"/g;

describe.each([
  ['members', 'members', MEMBER, '63'],
  ['accounts', 'tiktok-accounts', ACCOUNT, '60'],
  ['members of an account', 'tiktok-accounts/t001/members', MEMBER, '60'],
])('%s', (_, path, row, total) => {
  test('every row is on one page, and each page can be gone to', async () => {
    const pages = await Promise.all(['', '?page=2', '?page=3'].map(async (query) => listed(path + query, row)));
    expect(pages.map((it) => it.total)).toEqual([total, total, total]);
    const ids = pages.flatMap((it) => it.ids);
    expect([ids.length, new Set(ids).size]).toEqual([Number(total), Number(total)]);
  });
  test('what is no page is refused, and one beyond the last is empty', async () => {
    for (const page of ['0', '-1', '1.5', 'x', '1e3'])
      expect((await adm.get(`/console/bc1/${path}?page=${page}`)).status).toBe(400);
    expect((await listed(`${path}?page=99`, row)).ids).toEqual([]);
  });
});

test.each([
  ['members?filter=ADMIN', MEMBER, ['adm', 'u059'], '2'],
  ['members?filter=UNASSIGNED&sort=since', MEMBER, ['new', 'adm', 'sam'], '3'],
  ['members?q=person%2000&filter=STANDARD', MEMBER, ['u058', 'u057'], '9'],
  ['tiktok-accounts?filter=SWITCHED_OFF', ACCOUNT, ['t007'], '1'],
  ['tiktok-accounts?filter=LIVE&q=T00', ACCOUNT, ['t001', 't003', 't005', 't007', 't009'], '5'],
  ['tiktok-accounts?sort=members', ACCOUNT, ['t001', 't000'], '60'],
  ['tiktok-accounts?filter=UNASSIGNED', ACCOUNT, ['t000', 't002'], '59'],
  ['tiktok-accounts/t001/members?filter=LIVE', MEMBER, ['u059', 'u058'], '30'],
  ['tiktok-accounts/t001/members?q=Person%20059', MEMBER, ['u000'], '1'],
])('%s', async (path, row, first, total) => {
  const { ids, total: said } = await listed(path, row);
  const shown = [...ids];
  if (path.includes('since')) expect(shown.toSorted()).toEqual(first.toSorted());
  else expect(shown.slice(0, first.length)).toEqual(first);
  expect(said).toBe(total);
});

test.each([
  'members?filter=zzz',
  'members?sort=zzz',
  'tiktok-accounts?filter=zzz',
  'tiktok-accounts?page=-1',
  'tiktok-accounts/t001/members?sort=members',
  'access-requests?filter=zzz',
  'ad-accounts?sort=zzz',
  'history?what=assignment',
  'history.csv?what=assignment',
  'members/u059?step=zzz',
  'tiktok-accounts/t001/members/u059?step=zzz',
])('%s is no address of the console, and is told in its frame', async (path) => {
  const answer = await adm.get(`/console/bc1/${path}`);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('<nav class="side"');
});

test.each([
  ['access-requests?show=zzz', /Waiting|No request is pending/],
  ['ad-accounts?show=zzz', /adv1/],
  ['ad-accounts/adv1?show=zzz&q=adm', /With a role/],
])('%s says what was left out, and shows the rest', async (path, rest) => {
  const page = await (await adm.get(`/console/bc1/${path}`)).text();
  expect(page.replaceAll(/<[^>]*>/g, '')).toMatch(/could not be read:\s*zzz/);
  expect(page).toMatch(rest);
});

test('to a member a filter by scope means their own level, be the grant wider', async () => {
  await bring(app, [
    { type: 'assignment', bc_id: 'bc1', tiktok_account_id: 't003', user_id: 'u000', scopes: ['LIVE'] },
  ]);
  const member = await signInAs(app, 'user:u000');
  const shown = async (browser: SignedInBrowser, filter: string): Promise<string[]> => {
    const page = await (await browser.get(`/console/bc1/tiktok-accounts?q=t00&filter=${filter}`)).text();
    return [...page.matchAll(ACCOUNT)].map(([, id = '']) => id).filter((id) => ['t001', 't003'].includes(id));
  };
  expect(await Promise.all(['POST', 'LIVE'].map(async (it) => shown(member, it)))).toEqual([['t001'], ['t003']]);
  expect(await Promise.all(['POST', 'LIVE'].map(async (it) => shown(adm, it)))).toEqual([
    ['t001', 't003'],
    ['t001', 't003'],
  ]);
});

test('a member is offered, and can take, only filters and orders by what they see', async () => {
  const member = await signInAs(app, 'user:u000');
  const list = '/console/bc1/tiktok-accounts';
  const page = await (await member.get(list)).text();
  const offered = [...page.matchAll(/<option value="(\w+)"/g)].map(([, value]) => value);
  expect(offered).toEqual(['LIVE', 'POST', 'SWITCHED_OFF', 'name', 'since']);
  for (const hidden of ['sort=members', 'filter=UNASSIGNED'])
    expect([hidden, (await member.get(`${list}?${hidden}`)).status]).toEqual([hidden, 400]);
});
