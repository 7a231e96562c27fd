import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { until } from '../support/service.ts';
import { ADMITS_ALL, folderWith, liveApp, sameWithComment, type LiveApp } from './live.ts';

let live: LiveApp;
beforeAll(async () => {
  live = await liveApp({}, ADMITS_ALL);
});
afterAll(async () => live.close());

/** A kind that every check asks the PDP about, since its policy looks at ids: nothing of it comes from memory. */
const pair = (verdict: 'ALLOW' | 'DENY'): string => `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: pair
  version: default
  rules:
    - name: left-and-right-always-alike
      actions: [left, right]
      effect: EFFECT_${verdict}
      roles: [user]
      condition: { match: { expr: R.id != "" } }
`;

const spark = (user: string) => ({
  subject: { type: 'user', id: user },
  action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
  resource: { type: 'tiktok_account', id: 'brand' },
});
const half = (name: string) => ({
  subject: { type: 'user', id: 'sam' },
  action: { name },
  resource: { type: 'pair', id: randomUUID() },
});

interface Answered {
  decision: boolean;
  context: { policy: string };
}

async function batch(evaluations: object[]): Promise<Answered[]> {
  const { status, body } = await live.app.call('POST', '/access/v1/evaluations', { body: { evaluations } });
  expect({ status, body }).toMatchObject({ status: 200 });
  return body.evaluations;
}

/** Asks from several sides for as long as something goes on; whatever any of them does not expect is thrown. */
async function whileAsked(askers: (() => Promise<void>)[], meanwhile: () => Promise<void>): Promise<number> {
  const over = new AbortController();
  let asked = 0;
  const asking = askers.map(async (ask) => {
    for (; !over.signal.aborted; asked += 1) await ask();
  });
  await Promise.race([meanwhile(), Promise.all(asking)]).finally(() => over.abort());
  await Promise.all(asking);
  return asked;
}

test('50 swaps under load between bundles that agree: no answer is wrong, fails or is of two bundles', async () => {
  const [one, two] = [await folderWith(), await sameWithComment('the same, and another')];
  for (const folder of [one, two]) await writeFile(join(folder, 'resource_policies/pair.yaml'), pair('ALLOW'));
  const hashes = await Promise.all([one, two].map(async (folder) => (await readBundle(folder)).hash));
  await live.apply(one);
  const seen = new Set<string>();
  const evaluations = () => [
    ...Array.from({ length: 20 }, (_, at) => half(at % 2 ? 'left' : 'right')),
    spark('sam'),
    spark('adm'),
  ];
  const inBatch = async (): Promise<void> => {
    const answers = await batch(evaluations());
    expect(answers.map(({ decision }) => decision)).toEqual([...Array<boolean>(21).fill(true), false]);
    const policies = new Set(answers.map(({ context }) => context.policy));
    expect(policies.size).toBe(1);
    for (const policy of policies) seen.add(policy);
  };
  const alone = async (): Promise<void> => {
    const { status, body } = await live.app.call('POST', '/access/v1/evaluation', { body: spark('sam') });
    expect({ status, decision: body.decision }).toEqual({ status: 200, decision: true });
    expect(hashes).toContain(body.context.policy);
  };
  const search = async (): Promise<void> => {
    const body = { subject: { type: 'user' }, action: spark('sam').action, resource: spark('sam').resource };
    const answer = await live.app.call('POST', '/access/v1/search/subject', { body });
    expect(answer.body.results).toEqual([{ type: 'user', id: 'sam' }]);
  };
  const list = async (): Promise<void> => {
    const answer = await live.app.call('GET', '/v1/business-centers/bc1/tiktok-accounts', { actor: 'user:sam' });
    expect(answer).toMatchObject({ status: 200, body: { items: [{ tiktok_account_id: 'brand' }] } });
  };
  const asked = await whileAsked([inBatch, inBatch, alone, alone, search, list], async () => {
    for (let swap = 0; swap < 50; swap += 1) {
      // Going back and forth leaves out compiling; the exchange is the same.
      const change = swap < 10 ? live.apply(swap % 2 ? one : two) : live.rollback();
      expect(await change).toMatchObject({ outcome: 'activated' });
    }
  });
  expect([...seen].toSorted()).toEqual(hashes.toSorted());
  expect(asked).toBeGreaterThan(500);
}, 600_000);

test('20 swaps between bundles that disagree: every batch is of one of them, and says which', async () => {
  const [allows, denies] = [await folderWith(), await folderWith()];
  await writeFile(join(allows, 'resource_policies/pair.yaml'), pair('ALLOW'));
  await writeFile(join(denies, 'resource_policies/pair.yaml'), pair('DENY'));
  await live.apply(denies);
  const allowing = (await readBundle(allows)).hash;
  const seen = new Set<boolean>();
  const inBatch = async (): Promise<void> => {
    const answers = await batch(Array.from({ length: 60 }, (_, at) => half(at % 2 ? 'left' : 'right')));
    const [first] = answers;
    const expected = first?.context.policy === allowing;
    expect(new Set(answers.map(({ decision, context }) => `${decision} ${context.policy}`))).toEqual(
      new Set([`${expected} ${first?.context.policy}`]),
    );
    seen.add(expected);
  };
  await whileAsked([inBatch, inBatch, inBatch], async () => {
    await live.apply(allows);
    for (let swap = 1; swap < 20; swap += 1) {
      expect(await live.rollback()).toMatchObject({ outcome: 'activated' });
    }
  });
  expect(seen).toEqual(new Set([true, false]));
}, 600_000);

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
