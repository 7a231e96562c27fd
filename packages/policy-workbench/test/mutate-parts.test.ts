import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOORS, folderOf, workbenchHere } from './support.ts';

const workbench = workbenchHere();

interface Reported {
  tried: { number: number; what: string; fate: string; by?: string }[];
}

/** What `mutate` reports of a folder, and how it ends. */
async function mutated(folder: string, ...options: readonly string[]): Promise<Reported & { code: number }> {
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { code, stdout } = await workbench('mutate', ...where, '--output', 'json', ...options);
  return { ...(JSON.parse(stdout) as Reported), code };
}

const [OUT_OF_CACHE, KILLED] = ['the cache', { is: 'killed', by: 'the cache' }];

test('what is remembered is not tried again, and shards are all of the mutants, none of them twice', async () => {
  const folder = await folderOf(DOORS);
  const cache = join(folder, 'of its own/mutants.json');
  const first = await mutated(folder, '--cache', cache);
  expect(first.code).toBe(7);
  expect(await mutated(folder, '--cache', cache)).toMatchObject({ tried: first.tried, code: 7 });
  const { version, fates } = JSON.parse(await readFile(cache, 'utf8')) as { version: number; fates: object };
  const marked = Object.fromEntries(Object.keys(fates).map((key) => [key, KILLED]));
  await writeFile(cache, JSON.stringify({ version, fates: marked }));
  const shards: Reported['tried'][] = [];
  // There is no time to try anything: all comes out of the cache.
  for (const part of ['1/3', '2/3', '3/3']) {
    const { code, tried } = await mutated(folder, '--cache', cache, '--budget', '0', '--shard', part);
    expect(code).toBe(0);
    expect(tried.length).toBeCloseTo(first.tried.length / 3, -1);
    shards.push(tried);
  }
  const together = shards.flat().toSorted((a, b) => a.number - b.number);
  expect(together.map(({ number }) => number)).toEqual(first.tried.map(({ number }) => number));
  expect(new Set(together.map(({ by }) => by))).toEqual(new Set([OUT_OF_CACHE]));
  const none = await workbench('mutate', '--shard', '4/3');
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('takes a part of so many, such as 1/4.') });
});

test('what there was no time for is said, and is not fine', async () => {
  const folder = await folderOf(DOORS);
  const xml = join(folder, 'mutants.xml');
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies'), '--budget', '0'];
  const late = await workbench('mutate', ...where, '--output', 'text', '--output', `junit=${xml}`);
  expect(late.code).toBe(9);
  expect(late.stdout).toMatch(/^(\d+) mutants: 0 killed .* \1 not tried for want of time, .*; no score, /m);
  expect(late.stderr).toMatch(/^WARNING cannot tell: (\d+) of \1 mistakes were not tried: time was up\.$/m);
  expect(await readFile(xml, 'utf8')).toMatch(/failures="1"[^]*mistakes were not tried: time was up\./);
});

test('what became all is held against each name that the tests ask for; a variable in circles nobody could ship', async () => {
  const policy = DOORS['policies/door.yaml']
    .replace('actions: [open]', 'actions: ["*"]')
    .replace('[user]', '["*"]')
    .replace('  rules:', '  variables: { local: { in_there: R.attr.member, in_here: V.in_there } }\n  rules:');
  const folder = await folderOf({ ...DOORS, 'policies/door.yaml': policy });
  const { tried, code } = await mutated(folder);
  const fates = Object.fromEntries(tried.map(({ what, fate }) => [what, fate]));
  expect(fates).toMatchObject({
    'takes open for "*" in actions': 'survived',
    'takes user for "*" in roles': 'survived',
    'takes in_here for in_there': 'refused',
  });
  expect(code).toBe(7);
});
