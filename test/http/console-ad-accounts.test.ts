import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';

const ACCOUNT = '/console/bc1/tiktok-accounts/brand';

let app: TestApp;
let adm: SignedInBrowser;
let sam: SignedInBrowser;

/** sam may look into 30 ad accounts and run ads in the last 2 of 32 alone; adm is an admin of one, and looks into one. */
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  const facts = Array.from({ length: 32 }, (_, index) => {
    const id = `ad-${String(index).padStart(2, '0')}`;
    const role = index < 30 ? 'ANALYST' : 'OPERATOR';
    return [
      { type: 'ad_account', advertiser_id: id, name: `Campaign ${index}`, bc_id: 'bc1' },
      { type: 'ad_account_member', advertiser_id: id, user_id: 'sam', advertiser_role: role },
    ];
  });
  const body = facts
    .flat()
    .map((fact) => JSON.stringify(fact))
    .join('\n');
  const headers = { 'Content-Type': 'application/x-ndjson' };
  const imported = await app.call('POST', '/v1/relationships/import', { body, headers });
  if (imported.status !== 200) throw new Error(`import: ${imported.status} ${JSON.stringify(imported.body)}`);
  await put(app, '/v1/ad-accounts/ad-00/members/adm', { advertiser_role: 'ADMIN' });
  await put(app, '/v1/ad-accounts/ad-01/members/adm', { advertiser_role: 'ANALYST' });
  await put(app, '/v1/ad-accounts/ad-01/members/kim', { advertiser_role: 'ADMIN' });
  await put(app, '/v1/ad-accounts/adv9/members/adm', { advertiser_role: 'ANALYST' });
  await put(app, '/v1/ad-accounts/adv9/members/secret', { advertiser_role: 'ADMIN' });
  await grant(app, ['POST', 'LIVE']);
  await assign(app, 'sam', ['POST', 'LIVE']);
  await assign(app, 'adm', ['POST', 'LIVE']);
  [adm, sam] = await Promise.all([signInAs(app, 'user:adm'), signInAs(app, 'user:sam')]);
});
afterAll(async () => app.close());

async function text(browser: SignedInBrowser, path: string): Promise<string> {
  const answer = await browser.get(path);
  return `${answer.status} ${(await answer.text()).replaceAll(/<(?:!--)?[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')}`;
}

test('the verdict counts all ad accounts, not those of one page', async () => {
  expect(await text(sam, ACCOUNT)).toMatch(
    /With posts: Yes, in 2 of your 32 ad accounts With live videos: Yes, in 2 of/,
  );
  expect(await text(sam, '/console/bc1/tiktok-accounts')).toContain('Yes in 2 of your 32 ad accounts');
});

test('yes everywhere, and no, are true of all of them too', async () => {
  const kim = await signInAs(app, 'user:kim');
  await put(app, '/v1/business-centers/bc1/members/kim', { user_role: 'STANDARD' });
  await assign(app, 'kim', ['POST']);
  const shown = await text(kim, ACCOUNT);
  expect(shown).toMatch(/With posts: Yes, in all your ad accounts With live videos: No, not yet/);
  await app.call('DELETE', '/v1/business-centers/bc1/tiktok-accounts/brand/members/sam', { actor: 'user:adm' });
  await grant(app, ['POST'], 'bc1', 'other');
  expect(await text(adm, '/console/bc1/tiktok-accounts')).toMatch(/@other.*No Why\?/);
  await assign(app, 'sam', ['POST', 'LIVE']);
});

test('a missing role names its ad accounts and whom to ask there, as far as one may know', async () => {
  const shown = await text(adm, ACCOUNT);
  const missing = shown.slice(shown.indexOf('What is missing'));
  expect(missing).toMatch(/You need to be admin or operator.*Campaign 1 ad-01.*Admins of this ad account: kim/);
  expect(missing).toMatch(/Elsewhere adv9 .*An admin of the ad account \(contact not known\)/);
  expect(missing).not.toContain('secret');
  expect(missing.slice(0, missing.indexOf('Your ad accounts, one by one'))).not.toContain('ad-00');
  const his = await text(sam, ACCOUNT);
  expect(his).toMatch(/Campaign 0 ad-00 .*An admin of the ad account \(contact not known\).*and 25 more ad accounts/);
  expect(his, 'the admin of ad-00 is not for sam to know').not.toContain('Admins of this ad account');
});

test('members lead from an ad account to what they hold; whoever is no member leads nowhere', async () => {
  await put(app, '/v1/ad-accounts/ad-01/members/passer-by', { advertiser_role: 'ANALYST' });
  const page = await (await adm.get('/console/bc1/ad-accounts/ad-01')).text();
  const leads = (user: string): boolean => page.includes(`href="/console/bc1/members/${user}"`);
  expect(page).toContain('passer-by');
  expect(['adm', 'sam', 'passer-by'].map(leads)).toEqual([true, true, false]);
});

test('the list below is paged, on and back, and stays where it is on the page', async () => {
  const first = await (await sam.get(ACCOUNT)).text();
  const next = addressOf(first, 'next');
  expect(next).toMatch(/#may-i$/);
  const second = await (await sam.get(next)).text();
  const third = await (await sam.get(addressOf(second, 'next'))).text();
  expect([first, second, third].map((page) => /\d+–\d+ of \d+/.exec(page)?.[0])).toEqual([
    '1–10 of 32',
    '11–20 of 32',
    '21–30 of 32',
  ]);
  const back = await (await sam.get(addressOf(third, 'prev'))).text();
  expect(/\d+–\d+ of \d+/.exec(back)?.[0]).toBe('11–20 of 32');
  expect(/\d+–\d+ of \d+/.exec(await (await sam.get(addressOf(back, 'prev'))).text())?.[0]).toBe('1–10 of 32');
});

test('administrators see who has which role in an ad account of theirs', async () => {
  expect(await (await adm.get('/console/bc1/ad-accounts')).text()).toContain('href="/console/bc1/ad-accounts/ad-01"');
  expect(await text(adm, '/console/bc1/ad-accounts')).toContain('1–25 of 33');
  expect(await text(adm, '/console/bc1/ad-accounts/ad-01')).toMatch(/^200 .*adm.*Analyst.*kim.*Admin.*sam.*Analyst/);
  expect(await text(adm, '/console/bc1/ad-accounts/ad-01?q=ki')).not.toContain('sam');
  for (const [browser, path, status] of [
    [adm, 'adv9', 404],
    [adm, 'nowhere', 404],
    [sam, 'ad-01', 403],
  ] as const) {
    expect((await browser.get(`/console/bc1/ad-accounts/${path}`)).status).toBe(status);
  }
});

function addressOf(page: string, rel: 'next' | 'prev'): string {
  return (new RegExp(`href="([^"]+)" rel="${rel}"`).exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
}
