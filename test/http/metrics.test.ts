import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { decision, standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';

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

test.each<[string, string[] | undefined, number]>([
  ['relationships', undefined, 403],
  ['act-as', undefined, 403],
  ['check', undefined, 200],
  ['audit', undefined, 200],
  ['admin', undefined, 200],
  ['check', ['bc1'], 403],
  ['audit', ['bc1'], 403],
  ['admin', ['bc1', 'bc2'], 403],
])('metrics are of all Business Centers: a key with %s, confined to %j: %i', async (permission, bcIds, status) => {
  const { key } = await newKey(app, [permission], bcIds);
  expect(await app.call('GET', '/metrics', { key })).toMatchObject({ status });
});

test('metrics take a key', async () => {
  expect(await app.call('GET', '/metrics', { key: null })).toMatchObject({ status: 401 });
});
