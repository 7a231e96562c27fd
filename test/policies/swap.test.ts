import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { until } from '../support/service.ts';
import { ADMITS_ALL, folderWith, liveApp, sameWithComment, type LiveApp } from './live.ts';
import { spark, swapsUnderLoad } from './swaps.ts';

swapsUnderLoad({ agreeing: 10, disagreeing: 6 });

let live: LiveApp;
beforeAll(async () => {
  live = await liveApp({}, ADMITS_ALL);
});
afterAll(async () => live.close());

async function batch(evaluations: object[]): Promise<void> {
  const { status, body } = await live.app.call('POST', '/access/v1/evaluations', { body: { evaluations } });
  expect({ status, body }).toMatchObject({ status: 200 });
}

test('a write ends on the policies with which it began; the next one begins on those of now', async () => {
  const before = await folderWith();
  const forbids = await folderWith([
    'resource_policies/sparkgate_service.yaml',
    'R.attr.confinement == "OUTSIDE"',
    'R.attr.confinement == "OUTSIDE" || R.attr.permissions == ["admin"]',
  ]);
  await live.apply(before);
  const lines = [
    { type: 'business_center', bc_id: 'bc7', name: 'Late Agency' },
    { type: 'account_grant', bc_id: 'bc7', tiktok_account_id: 'brand', scopes: ['POST'] },
  ].map((line) => Buffer.from(`${JSON.stringify(line)}\n`));
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let sent = 0;
  const body = new ReadableStream(
    {
      async pull(controller) {
        const line = lines[sent];
        if (sent === 1) {
          begun.resolve();
          await goOn.promise;
        }
        sent += 1;
        if (line) controller.enqueue(line);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const made = await live.app.call('POST', '/v1/api-keys', { body: { name: 'importer', permissions: ['admin'] } });
  const importing = (of: ReadableStream | Uint8Array) =>
    live.app.request('/v1/relationships/import', {
      method: 'POST',
      headers: { Authorization: `Bearer ${made.body.key}`, 'Content-Type': 'application/x-ndjson' },
      body: of,
      duplex: 'half',
    });
  const long = importing(body);
  await begun.promise;
  expect(await live.apply(forbids)).toMatchObject({ outcome: 'activated' });
  expect((await importing(Buffer.concat(lines))).status).toBe(403);
  goOn.resolve();
  expect((await long).status).toBe(200);
  expect(await live.apply(before)).toMatchObject({ outcome: 'activated' });
});

test('rollback brings the bundle before back, and again the other one; older ones are put away', async () => {
  const [one, two] = [await folderWith(), await sameWithComment('for the rollback')];
  await live.apply(one);
  const { policy: first } = await live.status();
  await live.apply(two);
  const { policy: second } = await live.status();
  expect(await live.rollback()).toMatchObject({
    outcome: 'activated',
    status: { policy: first, previous: second, source: 'rollback' },
  });
  expect(await live.rollback()).toMatchObject({ outcome: 'activated', status: { policy: second, previous: first } });
  const kept = [first, second, 'record.json'].toSorted().join();
  await until(async () => (await readdir(join(live.dataDir, 'bundles'))).toSorted().join() === kept);
});

test('bundles that come one right after the other all decide in their turn', async () => {
  const folders = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (letter) => sameWithComment(letter)));
  const changes = await Promise.all(folders.map(async (folder) => live.apply(folder)));
  expect(changes.map(({ outcome }) => outcome)).toEqual(folders.map(() => 'activated'));
  const { hash } = await readBundle(folders.at(-1) ?? '');
  expect((await live.status()).policy).toBe(hash);
});

test('what was asked before a swap is warm after it', async () => {
  await live.apply(await folderWith());
  await batch([spark('sam'), spark('adm'), spark('ext')]);
  await live.apply(await sameWithComment('warm'));
  const counters = live.app.runtime.services.counters();
  await batch([spark('sam'), spark('adm'), spark('ext')]);
  const after = live.app.runtime.services.counters();
  expect(after.pdpQuestions).toBe(counters.pdpQuestions);
  expect(after.hits).toBeGreaterThan(counters.hits);
});

test('metrics and the status name the bundle, since when, and where it came from', async () => {
  await live.apply(await sameWithComment('for the metrics'));
  const status = await live.status();
  const { body } = await live.app.call('GET', '/metrics');
  expect(body).toContain(`sparkgate_policy_info{policy="${status.policy}",source="apply"} 1`);
  expect(body.match(/^sparkgate_policy_info\{/gm)).toHaveLength(1);
  expect(body).toContain(`sparkgate_policy_swaps_total ${status.swaps}`);
  expect(body).toMatch(/sparkgate_policy_refusals_total 0/);
  expect((await live.app.call('GET', '/v1/status')).body).toMatchObject({
    ready: true,
    draining: false,
    pdp: { answers: true, version: '0.55.0', embedded: true },
    policy: status,
  });
  expect(status).toMatchObject({ source: 'apply', last_refusal: null });
});

test('POLICY_DIR: what decides after an edit is the edit, also after apply; apply holds until then', async () => {
  const { policy: first } = await live.status();
  expect(await live.apply(await sameWithComment('applied'))).toMatchObject({ outcome: 'activated' });
  const { policy: applied } = await live.status();
  expect(applied).not.toBe(first);
  await appendFile(join(live.policyDir, 'resource_policies/policy_review.yaml'), '# edited\n');
  await until(async () => (await live.status()).source === 'POLICY_DIR');
  const { policy: edit, previous } = await live.status();
  expect([first, applied]).not.toContain(edit);
  expect(previous).toBe(applied);
});
