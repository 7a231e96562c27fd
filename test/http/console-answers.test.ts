import { expect, test } from 'vitest';
import { grant, put, requestToken } from '../support/cast.ts';
import { signInAs, type SignedInBrowser } from '../support/signed-in.ts';
import { world } from '../support/world.ts';

// What the console says is what will happen.

const LIST = '/console/bc1/tiktok-accounts';
const text = async (browser: SignedInBrowser, path: string): Promise<string> =>
  (await (await browser.get(path)).text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

test.each([
  ['on', true, ['POST'], 'Yes in all your ad accounts', 'With posts: Yes, in all your ad accounts'],
  ['unknown', null, ['POST'], 'Yes in all your ad accounts', 'With posts: Yes, in all your ad accounts'],
  ['off', false, ['POST'], 'Yes, but not now Ad authorization of this account is off', 'With posts: Yes, but not now'],
  ['off', false, ['LIVE'], 'Yes in all your ad accounts', 'With posts: No, not yet'],
  ['off', false, ['LIVE', 'POST'], 'Yes in all your ad accounts', 'With posts: Yes, but not now'],
] as const)('the switch of the account is %s (%j), sam holds %j', async (_, ad_authorization, scopes, short, long) => {
  const app = await world({
    granted: ['LIVE', 'POST'],
    assigned: { sam: [...scopes] },
    roles: { 'sam@adv1': 'OPERATOR' },
  });
  await put(app, '/v1/tiktok-accounts/brand', { ad_authorization });
  const sam = await signInAs(app, 'user:sam');
  expect(await text(sam, LIST)).toContain(short);
  expect(await text(sam, `${LIST}/brand`)).toContain(long);
});

test('a member sees their own level, an administrator what the owner authorized', async () => {
  const app = await world({ granted: ['LIVE', 'POST'], assigned: { sam: ['LIVE'] } });
  const [sam, adm] = [await signInAs(app, 'user:sam'), await signInAs(app, 'user:adm')];
  for (const path of [LIST, `${LIST}/brand/about`]) {
    const own = await text(sam, path);
    expect(own).toMatch(/Permission level.*Use live videos for ads/);
    expect(own).not.toContain('Use existing posts for ads');
    expect(await text(adm, path)).toMatch(/Permission scopes.*Use existing posts for ads.*Use live videos for ads/);
  }
});

test('what no owner could approve is refused at once, and an owner is told nothing that only others can do', async () => {
  const app = await world({ granted: ['POST'] }, { ACCOUNTS_PER_BUSINESS_CENTER: '1' });
  const ask = async (tiktok_account_id: string | null) =>
    (
      await app.call('POST', '/v1/business-centers/bc1/access-requests', {
        actor: 'user:adm',
        body: { scopes: ['LIVE'], tiktok_account_id },
      })
    ).status;
  expect([await ask('other'), await ask('brand'), await ask(null)]).toEqual([409, 201, 201]);
  const adm = await signInAs(app, 'user:adm');
  expect(await text(adm, '/console/bc1/request-access')).toContain('holds 1 TikTok accounts, the most that it may');
  const refused = await adm.post('/console/bc1/request-access', { scopes: 'LIVE', validity: '3600' });
  expect([refused.status, (await refused.text()).includes('the most that it may')]).toEqual([409, true]);
  const owner = await signInAs(app, 'tiktok_account:other');
  const late = await owner.post(`/consent/${await requestToken(app, ['POST'])}/approve`);
  const said = await late.text();
  expect([late.status, said.includes('No further authorization fits')]).toEqual([409, true]);
  expect(said).not.toContain('cancelling requests');
});

test('a request for more scopes of an account that is held widens, however full the Business Center is', async () => {
  const app = await world({ granted: ['POST'] }, { ACCOUNTS_PER_BUSINESS_CENTER: '1' });
  await grant(app, ['LIVE']);
  const adm = await signInAs(app, 'user:adm');
  const fields = { scopes: 'LIVE', validity: '3600', tiktok_account_id: '@brand' };
  expect((await adm.post('/console/bc1/request-access', fields)).status).toBe(303);
});
