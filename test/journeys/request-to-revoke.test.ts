import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { assign, decision, put, requestToken, standardWorld } from '../support/cast.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
  await put(app, '/v1/ad-accounts/adv1/members/sam', { advertiser_role: 'OPERATOR' });
});
afterAll(async () => app.close());

const may = async (): Promise<string> =>
  decision(app, 'sam', 'create_spark_ad', 'tiktok_account:brand', { advertiser_id: 'adv1' });

test('from the QR code to the decision, and back', async () => {
  expect(await may()).toBe('DENY NO_GRANT NO_ASSIGNMENT');

  const token = await requestToken(app, ['POST']);
  expect(await may()).toBe('DENY NO_GRANT NO_ASSIGNMENT');

  const shown = await app.call('GET', `/v1/consents/${token}`, { actor: 'tiktok_account:brand' });
  expect(shown.body).toMatchObject({ business_center: { bc_id: 'bc1', name: 'Bright Agency' }, scopes: ['POST'] });
  expect(await may()).toBe('DENY NO_GRANT NO_ASSIGNMENT');

  const approved = await app.call('POST', `/v1/consents/${token}/approve`, { actor: 'tiktok_account:brand' });
  expect(approved).toMatchObject({ status: 200, body: { bc_id: 'bc1', scopes: ['POST'], revoked_at: null } });
  expect(await may()).toBe('DENY NO_ASSIGNMENT');

  await assign(app, 'sam', ['POST']);
  expect(await may()).toBe('ALLOW via BUSINESS_CENTER');

  const revoked = await app.call('DELETE', '/v1/tiktok-accounts/brand/grants/bc1', { actor: 'tiktok_account:brand' });
  expect(revoked).toMatchObject({
    status: 200,
    body: { assignments_ended: 1, obligations: [{ code: 'PAUSE_RECOMMENDED' }] },
  });
  expect(await may()).toBe('DENY GRANT_REVOKED NO_ASSIGNMENT');
});
