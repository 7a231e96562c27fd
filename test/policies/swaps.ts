import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { ADMITS_ALL, folderWith, liveApp, sameWithComment, type LiveApp } from './live.ts';

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

export const spark = (user: string) => ({
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

/** Declares the tests that bundles are exchanged as a whole while many ask. */
export function swapsUnderLoad({ agreeing, disagreeing }: { agreeing: number; disagreeing: number }): void {
  let live: LiveApp;
  beforeAll(async () => {
    live = await liveApp({}, ADMITS_ALL);
  });
  afterAll(async () => live.close());

  async function batch(evaluations: object[]): Promise<Answered[]> {
    const { status, body } = await live.app.call('POST', '/access/v1/evaluations', { body: { evaluations } });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body.evaluations;
  }

  test(`${agreeing} swaps under load between bundles that agree: no answer is wrong, fails or is of two bundles`, async () => {
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
      for (let swap = 0; swap < agreeing; swap += 1) {
        // Going back and forth leaves out compiling; the exchange is the same.
        const change = swap < agreeing / 5 ? live.apply(swap % 2 ? one : two) : live.rollback();
        expect(await change).toMatchObject({ outcome: 'activated' });
      }
    });
    expect([...seen].toSorted()).toEqual(hashes.toSorted());
    expect(asked).toBeGreaterThan(agreeing * 10);
  }, 600_000);

  test(`${disagreeing} swaps between bundles that disagree: every batch is of one of them, and says which`, async () => {
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
      for (let swap = 1; swap < disagreeing; swap += 1) {
        expect(await live.rollback()).toMatchObject({ outcome: 'activated' });
      }
    });
    expect(seen).toEqual(new Set([true, false]));
  }, 600_000);
}
