import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, standardWorld } from '../support/cast.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

test('metrics count what decisions cost, by route and never by id', async () => {
  await decision(app, 'sam', 'view');
  const { status, body } = await app.call('GET', '/metrics');
  expect(status).toBe(200);
  expect(body).toMatch(/sparkgate_facts_statements_total [1-9]/);
  expect(body).toMatch(/sparkgate_pdp_questions_total [1-9]/);
  expect(body).toContain(
    `sparkgate_policy_info{policy="${app.runtime.services.decider.policy}",source="CERBOS_TARGET"} 1`,
  );
  expect(body).toContain('route="/v1/business-centers/:bc_id/members/:user_id",status="200"');
  expect(body).not.toMatch(/\bsam\b/);
});

test('metrics take a key that may read them', async () => {
  expect(await app.call('GET', '/metrics', { key: null })).toMatchObject({ status: 401 });
  const made = await app.call('POST', '/v1/api-keys', { body: { name: 'facts', permissions: ['relationships'] } });
  expect(await app.call('GET', '/metrics', { key: made.body.key })).toMatchObject({ status: 403 });
});
