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
    ]),
  );
  for (const address of addresses) expect([address, (await adm.get(address)).status]).toEqual([address, 200]);
  expect(texts.join('\n')).toMatch(/Spring campaign \(adv1\)/);
});
