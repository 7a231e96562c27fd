import { setImmediate as later } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { newKey } from '../support/keys.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => app.close());

const subject = { type: 'user', id: 'sam' };
const resource = { type: 'business_center', id: 'b1' };
const CHECK = { subject, action: { name: 'view' }, resource };
const COMMON = 'application/json;charset="UTF-8"';
const ENDPOINTS: [path: string, body: object, type: string][] = [
  ['/access/v1/evaluation', CHECK, 'application/json'],
  ['/access/v1/evaluation', CHECK, COMMON],
  ['/access/v1/evaluations', { evaluations: [CHECK] }, COMMON],
  ['/access/v1/evaluations', { ...CHECK, evaluations: Array.from({ length: 60 }, () => ({})) }, COMMON],
  ['/access/v1/search/action', { subject, resource }, COMMON],
];

/** Takes all the room that a caller may have, running and waiting; what is returned gives it back. */
async function fill(caller: string): Promise<() => void> {
  const { turns } = app.runtime.services;
  const ended = Promise.withResolvers<void>();
  for (const size of [2, 51]) {
    const refused = new Set<unknown>();
    for (; refused.size === 0; await later())
      turns.run(caller, size, async () => ended.promise).catch((error: unknown) => refused.add(error));
  }
  return ended.resolve;
}

test('a caller who asks too much is refused at once, others are not, and then all is as before', async () => {
  const [busy, other] = [await newKey(app, ['check']), await newKey(app, ['check'])];
  const ask = async (key: string, [path, body, type]: (typeof ENDPOINTS)[number]): Promise<string> => {
    const answer = await app.call('POST', path, { key, body, headers: { 'Content-Type': type } });
    return `${answer.status} ${answer.body.code ?? ''} ${answer.headers.get('Retry-After') ?? ''}`.trim();
  };
  const all = async (key: string) => Promise.all(ENDPOINTS.map(async (it) => ask(key, it)));
  const answered = ENDPOINTS.map(() => '200');
  expect(await all(busy.key)).toEqual(answered);
  const end = await fill(`key ${busy.id}`);
  expect(await all(busy.key)).toEqual(ENDPOINTS.map(() => '503 unavailable 1'));
  expect(await all(other.key)).toEqual(answered);
  expect((await app.call('GET', '/healthz', { key: null })).status).toBe(200);
  end();
  await later();
  expect(await all(busy.key)).toEqual(answered);
});

test('types and actions that somebody made up are not remembered', async () => {
  const evaluations = Array.from({ length: 40 }, (_, n) => [
    { ...CHECK, subject: { type: `made-up-${n}`, id: 'x' } },
    { ...CHECK, action: { name: `made-up-${n}` } },
    { ...CHECK, resource: { type: `made-up-${n}`, id: 'x' } },
  ]).flat();
  await app.call('PUT', '/v1/business-centers/b1', { body: { name: 'A' } });
  const ask = async () => app.call('POST', '/access/v1/evaluations', { body: { evaluations } });
  expect(new Set((await ask()).body.evaluations.map((it: { decision: boolean }) => it.decision))).toEqual(
    new Set([false]),
  );
  const { distinct } = app.runtime.services.counters();
  expect(distinct).toBeLessThan(10);
});
