import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bundleApp, BUNDLES, type BundleApp } from './bundles.ts';
import { compare } from './compare.ts';
import { compareLists } from './lists.ts';
import { build, worlds, type World } from './worlds.ts';

// One semantics: whichever way a question is put, policies answer it, and they answer it alike.

/** Of this run; a failed run is repeated with `AGREEMENT_SEED=<seed>`. */
const SEED = Number(process.env['AGREEMENT_SEED'] ?? Date.now() % 2 ** 31);
const FIXTURES = join(import.meta.dirname, 'fixtures');

async function agree(
  apps: readonly BundleApp[],
  world: World,
): Promise<{ triples: number; allowed: number; rows: number }> {
  const [first] = apps;
  if (!first) throw new Error('nothing was started');
  await build(first.app, world);
  const sum = { triples: 0, allowed: 0, rows: 0 };
  for (const [index, app] of apps.entries()) {
    const frame = world.frames[index % world.frames.length];
    if (!frame) throw new Error('a world asks nothing');
    const { triples, allowed, disagreements } = await compare(app, frame);
    if (disagreements.length > 0) throw new Error(`${disagreements.length}: ${disagreements.slice(0, 5).join('\n')}`);
    sum.triples += triples;
    sum.allowed += allowed;
  }
  // Lists are many calls, so each world shows them under one bundle of those that tell rows apart.
  const telling = apps.filter(({ name }) => ['own', 'deny', 'everywhere'].includes(name));
  const [turn, limit] = [world.members.length % telling.length, world.frames[0]?.limit ?? 1];
  const lists = await compareLists(telling[turn] ?? first, limit);
  if (lists.disagreements.length > 0) throw new Error(lists.disagreements.slice(0, 5).join('\n'));
  sum.rows += lists.rows;
  return sum;
}

/** Declares the tests that all ways agree. @param triples so many are compared, in as many random worlds as that takes */
export function agrees({ triples: wanted, minutes }: { triples: number; minutes: number }): void {
  vi.setConfig({ testTimeout: minutes * 60_000 });
  const apps: BundleApp[] = [];
  beforeAll(async () => {
    for (const name of Object.keys(BUNDLES)) apps.push(await bundleApp(name, apps[0]?.app));
  });
  afterAll(async () => {
    for (const app of apps.toReversed()) await app.close();
  });

  test('worlds in which the ways once disagreed', async () => {
    const files = (await readdir(FIXTURES).catch(() => [])).filter((file) => file.endsWith('.json'));
    for (const file of files) await agree(apps, JSON.parse(await readFile(join(FIXTURES, file), 'utf8')));
  });

  test(`evaluation = evaluations = each search = the lists = a direct CheckResources (seed ${SEED})`, async () => {
    const sum = { worlds: 0, triples: 0, allowed: 0, rows: 0 };
    const property = fc.asyncProperty(worlds, async (world) => {
      if (sum.triples >= wanted) return;
      const { triples, allowed, rows } = await agree(apps, world);
      sum.worlds += 1;
      sum.triples += triples;
      sum.allowed += allowed;
      sum.rows += rows;
    });
    const started = performance.now();
    const details = await fc.check(property, { seed: SEED, numRuns: 1000, interruptAfterTimeLimit: minutes * 54_000 });
    if (details.failed && details.counterexample) {
      await mkdir(FIXTURES, { recursive: true });
      await writeFile(join(FIXTURES, `seed-${SEED}.json`), `${JSON.stringify(details.counterexample[0], null, 2)}\n`);
      throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `seed ${SEED}: ${sum.triples} triples, ${sum.allowed} allowed, ${sum.rows} rows of lists, ${sum.worlds} worlds, ${apps.length} bundles, ${seconds} s`,
    );
    expect(sum.triples).toBeGreaterThanOrEqual(wanted);
    expect(sum.allowed).toBeGreaterThan(sum.triples / 50);
  });
}
