import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, grant, put, standardWorld } from '../support/cast.ts';
import { signInAs } from '../support/signed-in.ts';

// What is missing is a step of whoever looks, where the policies let them take it; and for others a text to send.

const ACCOUNT = '/console/bc1/tiktok-accounts/brand';
let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/users/sam', { display_name: 'Sam Lee' });
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
  for (const user of ['adm', 'sam'])
    await put(app, `/v1/ad-accounts/adv1/members/${user}`, { advertiser_role: 'ANALYST' });
});
afterAll(async () => app.close());

async function steps(who: string): Promise<{ links: string[]; texts: string[] }> {
  const page = await (await (await signInAs(app, who)).get(ACCOUNT)).text();
  const missing = page.slice(page.indexOf('What is missing'), page.indexOf('Your other permissions'));
  return {
    links: [...missing.matchAll(/<a class="button secondary" href="([^"]*)"/g)].map(([, it = '']) =>
      it.replaceAll('&amp;', '&'),
    ),
    texts: [...missing.matchAll(/<p class="quoted wrap">([^<]*)<\/p>/g)].map(([, it = '']) =>
      it.replaceAll('&amp;', '&'),
    ),
  };
}

test('an administrator assigns the account to themself, asks for LIVE, and sets their role', async () => {
  const { links, texts } = await steps('user:adm');
  expect(new Set(links)).toEqual(
    new Set([
      `${ACCOUNT}/members/adm`,
      '/console/bc1/request-access?scopes=LIVE&tiktok_account_id=brand',
      '/console/bc1/ad-accounts/adv1/members/adm?from=account',
    ]),
  );
  expect(texts).toEqual([]);
  const adm = await signInAs(app, 'user:adm');
  for (const link of links) expect([link, (await adm.get(link)).status]).toEqual([link, 200]);
});

test('a standard member has texts to send, which lead those who may to the place', async () => {
  const { links, texts } = await steps('user:sam');
  expect(links).toEqual([]);
  const adm = await signInAs(app, 'user:adm');
  const addresses = texts.map((text) => /http:\/\/sparkgate\.test(\S+)$/.exec(text)?.[1] ?? '');
  expect(new Set(addresses)).toEqual(
    new Set([
      '/console/bc1/request-access?scopes=LIVE&tiktok_account_id=brand',
      '/console/bc1/ad-accounts/adv1/members/sam?from=account',
      '/console/bc1/tiktok-accounts/brand/members/sam',
    ]),
  );
  for (const address of addresses) expect([address, (await adm.get(address)).status]).toEqual([address, 200]);
  expect(texts.join('\n')).toMatch(/Spring campaign \(adv1\)/);
  expect(texts.join('\n')).toMatch(
    /Once the owner has authorized it: Please change my \(sam\).*“Use live videos for ads”/,
  );
});

test('administrators are named to those who have to ask one, and to nobody who can do all of it', async () => {
  const namesThem = async (who: string): Promise<boolean> =>
    (await (await (await signInAs(app, who)).get(ACCOUNT)).text()).includes('Administrators of this Business Center');
  expect([await namesThem('user:sam'), await namesThem('user:adm')]).toEqual([true, false]);
});

test.each([
  'request-access',
  'history',
  'history.csv',
  'access-requests',
  'assign',
  'tiktok-accounts/brand/assign',
  'members/adm',
])('who may not open /%s is told whom to ask, by name, with a text to send', async (page) => {
  const path = `/console/bc1/${page}`;
  const answer = await (await signInAs(app, 'user:sam')).get(path);
  const said = await answer.text();
  expect(answer.status).toBe(403);
  expect(said).toMatch(/<nav class="side"/);
  expect(said).toMatch(/Administrators of this Business Center<\/p>\s*<ul class="names">\s*<li><bdi class="name">adm</);
  expect(said).toMatch(/Please do it for me \(sam\): http:\/\/sparkgate\.test/);
  expect(said).toContain(`http://sparkgate.test${path}</p>`);
});

test('whoever has no role in any ad account takes one, or is told by whom and how it can be asked for', async () => {
  await put(app, '/v1/business-centers/bc1/members/kim', { user_role: 'STANDARD' });
  await put(app, '/v1/business-centers/bc1/members/new-admin', { user_role: 'ADMIN' });
  await assign(app, 'kim', ['POST']);
  const kim = (await (await (await signInAs(app, 'user:kim')).get(ACCOUNT)).text()).replaceAll(/\s+/g, ' ');
  expect(kim).toMatch(/You have no role in any ad account.*Please make me \(kim\) operator .*ad-accounts<\/p>/);
  expect(kim).toMatch(/Administrators of this Business Center<\/p> <ul class="names"> <li><bdi class="name">adm</);
  const admin = await (await (await signInAs(app, 'user:new-admin')).get(ACCOUNT)).text();
  expect(admin).toContain('<a class="button secondary" href="/console/bc1/ad-accounts">Set my role</a>');
  expect(admin).not.toContain('An administrator of the Business Center can');
});

test('while the account is switched off, its owner is named, with the text to send', async () => {
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
  await put(app, '/v1/tiktok-accounts/brand', { ad_authorization: false });
  const page = (await (await (await signInAs(app, 'user:sam')).get(ACCOUNT)).text()).replaceAll(/<[^>]*>|\s+/g, ' ');
  expect(page).toMatch(/Yes, but not now.*Who can help: +@brand .*switch ad authorization on in TikTok for @brand/);
});
