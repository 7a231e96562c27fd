import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { standardWorld } from '../support/cast.ts';
import { newKey } from '../support/keys.ts';
import { outcome } from '../support/outcome.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

test('without a key, and with any, /healthz and /readyz say only whether', async () => {
  for (const key of [null, undefined]) {
    const options = key === null ? { key } : {};
    expect((await app.call('GET', '/healthz', options)).body).toEqual({ status: 'ok' });
    expect(await app.call('GET', '/readyz', options)).toMatchObject({ status: 200 });
    expect((await app.call('GET', '/readyz', options)).body).toEqual({ ready: true });
  }
});

test.each<[string, string[] | undefined, string]>([
  ['check', undefined, '403 forbidden'],
  ['relationships', undefined, '403 forbidden'],
  ['act-as', undefined, '403 forbidden'],
  ['audit', undefined, '200'],
  ['admin', undefined, '200'],
  ['audit', ['bc1'], '403 forbidden'],
  ['admin', ['bc1', 'bc2'], '403 forbidden'],
])('the status is of all Business Centers: a key with %s, confined to %j: %s', async (permission, bcIds, expected) => {
  const { key } = await newKey(app, [permission], bcIds);
  expect(await outcome(app, 'GET', '/v1/status', { key })).toBe(expected);
});

test('the status takes a key', async () => {
  expect(await outcome(app, 'GET', '/v1/status', { key: null })).toBe('401 unauthenticated');
});

test('the status says all: versions, parts, revision, policies and what is counted', async () => {
  const { body, headers } = await app.call('GET', '/v1/status');
  expect(headers.get('Cache-Control')).toBe('no-store');
  expect(body).toEqual({
    ready: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    prepared: true,
    draining: false,
    database: {
      answers: true,
      writable: true,
      version: expect.stringMatching(/^\d+\.\d+/),
      embedded: false,
      revision: expect.stringMatching(/^[0-9a-f]+\.\d+\.\d+$/),
      schema_known: true,
    },
    pdp: { answers: true, version: '0.55.0', embedded: false },
    policy: {
      policy: app.runtime.services.decider.policy,
      suite: null,
      admitted: false,
      since: expect.stringMatching(/Z$/),
      source: 'CERBOS_TARGET',
      previous: null,
      swaps: 0,
      refusals: 0,
      last_refusal: null,
    },
    counters: {
      facts_statements: expect.any(Number),
      replica_reads: 0,
      replica_behind: 0,
      replica_failed: 0,
      pdp_calls: expect.any(Number),
      pdp_questions: expect.any(Number),
      memo_hits: expect.any(Number),
      memo_entries: expect.any(Number),
    },
  });
});

test('a process that drains is not ready, and says so', async () => {
  app.runtime.drain();
  const { status, body } = await app.call('GET', '/readyz', { key: null });
  expect({ status, body }).toEqual({ status: 503, body: { ready: false } });
  expect((await app.call('GET', '/v1/status')).body).toMatchObject({ ready: false, draining: true });
});
