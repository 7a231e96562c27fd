import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, grant, standardWorld } from '../support/cast.ts';
import { signInAs } from '../support/signed-in.ts';

// The pages of R13: who may freeze finds the button, everybody whom it concerns the banner.

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await grant(app, ['POST']);
  await assign(app, 'sam', ['POST']);
});
afterAll(async () => app.close());

const reads = async (): Promise<string> => decision(app, 'sam', 'read_public_videos');
const textOf = async (answer: Response): Promise<string> => (await answer.text()).replaceAll(/\s+/g, ' ');

test.each([
  [
    'user:adm',
    '/console/bc1/members',
    '/console/bc1/freeze',
    'This Business Center is frozen.',
    '此商务中心已被冻结。',
  ],
  [
    'tiktok_account:brand',
    '/my-account',
    '/my-account/freeze',
    'This TikTok account is frozen.',
    '此 TikTok 账号已被冻结。',
  ],
])('%s freezes, and lifts it again', async (who, home, path, frozen, inChinese) => {
  const browser = await signInAs(app, who);
  expect(await textOf(await browser.get(home))).toContain(`href="${path}"`);
  const empty = await browser.post(path, { do: 'freeze', reason: '' });
  expect([empty.status, await textOf(empty)]).toEqual([400, expect.stringContaining('Say why')]);
  expect((await browser.post(path, { do: 'freeze', reason: 'An <incident>' })).status).toBe(303);
  expect(await reads()).toBe('DENY FROZEN');
  const shown = await textOf(await browser.get(home));
  expect(shown).toContain(frozen);
  expect(shown).toContain('An &lt;incident&gt;');
  expect(await textOf(await browser.get(home, { 'Accept-Language': 'zh-CN' }))).toContain(inChinese);
  const form = await textOf(await browser.get(path));
  expect(form).toContain('Lift the freeze');
  expect(form, 'who did it').not.toContain(who);
  expect((await browser.post(path, { do: 'unfreeze' })).status).toBe(303);
  expect(await reads()).toBe('ALLOW via BUSINESS_CENTER');
});

test('a member sees that it is frozen, and neither why nor the form', async () => {
  await app.call('PUT', '/v1/freezes/business_center/bc1', { body: { reason: 'Told to few' } });
  await app.call('PUT', '/v1/freezes/tiktok_account/brand', { body: { reason: 'Told to few' } });
  const sam = await signInAs(app, 'user:sam');
  const account = await textOf(await sam.get('/console/bc1/tiktok-accounts/brand'));
  expect(account).toContain('This Business Center is frozen.');
  expect(account).toContain('This TikTok account is frozen.');
  expect(account).not.toContain('Told to few');
  expect((await sam.get('/console/bc1/freeze')).status).toBe(404);
  const adm = await signInAs(app, 'user:adm');
  const higher = await textOf(await adm.get('/console/bc1/freeze'));
  expect(higher).toContain('A higher authority set this freeze');
  expect(higher).not.toContain('Lift the freeze');
  expect((await adm.post('/console/bc1/freeze', { do: 'unfreeze' })).status).toBe(403);
  await app.call('DELETE', '/v1/freezes/business_center/bc1');
  await app.call('DELETE', '/v1/freezes/tiktok_account/brand');
});

test('an ad account is frozen on its page', async () => {
  const adm = await signInAs(app, 'user:adm');
  const path = '/console/bc1/ad-accounts/adv1/freeze';
  expect(await textOf(await adm.get('/console/bc1/ad-accounts/adv1'))).toContain(`href="${path}"`);
  expect((await adm.post(path, { do: 'freeze', reason: 'Orders that nobody made' })).status).toBe(303);
  expect(await textOf(await adm.get('/console/bc1/ad-accounts/adv1'))).toContain('This ad account is frozen.');
  expect((await adm.post(path, { do: 'unfreeze' })).status).toBe(303);
});
