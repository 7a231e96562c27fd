import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { policy, temporaryFolder } from './support.ts';

const ROOT = join(import.meta.dirname, '../..');

async function copyOfTheProject(): Promise<{ policies: string; tests: string }> {
  const folder = await temporaryFolder();
  await cp(join(ROOT, 'policies'), join(folder, 'policies'), { recursive: true });
  await cp(join(ROOT, 'policy-tests'), join(folder, 'policy-tests'), { recursive: true });
  return { policies: join(folder, 'policies'), tests: join(folder, 'policy-tests') };
}

test('a new kind passes its tests at once, and is never overwritten', async () => {
  const { policies, tests } = await copyOfTheProject();
  const made = await policy('new', 'shopping_list', '--policies', policies, '--tests', tests);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('shopping_list_test.yaml') });
  const tested = await policy('test', tests, '--policies', policies);
  expect(tested.stdout).toContain('shopping_list');
  expect(tested.code).toBe(0);
  const again = await policy('new', 'shopping_list', '--policies', policies, '--tests', tests);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
});

test.each([
  ['Shopping', /is no name for a kind/],
  ['../up', /is no name for a kind/],
  ['tiktok_account', /word of this service/],
  ['user', /word of this service/],
  ['null', /YAML reads it/],
  ['~', /is no name for a kind/],
  ['yes', /YAML reads it/],
  ['off', /YAML reads it/],
  ['nul', /Windows takes/],
  ['12', /is no name for a kind/],
  ['x_test', /file of tests/],
  ['naïve', /is no name for a kind/],
  ['a'.repeat(64), /is no name for a kind/],
])('%s is refused, and nothing is written', async (kind, complaint) => {
  const { policies, tests } = await copyOfTheProject();
  const before = await readdir(policies, { recursive: true });
  const ended = await policy('new', kind, '--policies', policies, '--tests', tests);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(complaint) });
  expect(await readdir(policies, { recursive: true })).toEqual(before);
});

test('what is there in another case is not written beside', async () => {
  const { policies, tests } = await copyOfTheProject();
  await writeFile(join(policies, '_schemas', 'Shopping.JSON'), '{}');
  const ended = await policy('new', 'shopping', '--policies', policies, '--tests', tests);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('Shopping.JSON is there already') });
  expect(await readdir(join(policies, 'resource_policies'))).not.toContain('shopping.yaml');
});

test('what is written passes coverage, verify and mutate by itself', async () => {
  const { policies, tests } = await copyOfTheProject();
  await policy('new', 'testdata', '--policies', policies, '--tests', tests);
  const alone = await temporaryFolder();
  const [own, ownTests] = [join(alone, 'policies'), join(alone, 'tests')];
  await Promise.all([join(own, '_schemas'), ownTests].map(async (it) => mkdir(it, { recursive: true })));
  await cp(join(policies, 'resource_policies/testdata.yaml'), join(own, 'testdata.yaml'));
  await cp(join(policies, '_schemas/testdata.json'), join(own, '_schemas/testdata.json'));
  await cp(join(tests, 'testdata_test.yaml'), join(ownTests, 'testdata_test.yaml'));
  const invariants = join(alone, 'invariants.yaml');
  await writeFile(invariants, 'kinds: {}\n');
  expect(await policy('coverage', '--policies', own, ownTests)).toMatchObject({ code: 0 });
  expect(await policy('verify', '--policies', own, '--invariants', invariants)).toMatchObject({ code: 0 });
  const mutated = await policy('mutate', '--policies', own, '--invariants', invariants, ownTests);
  expect(mutated).toMatchObject({ code: 0, stdout: expect.stringContaining('score 100%') });
});
