import { cp, readdir } from 'node:fs/promises';
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
])('%s is refused, and nothing is written', async (kind, complaint) => {
  const { policies, tests } = await copyOfTheProject();
  const before = await readdir(policies, { recursive: true });
  const ended = await policy('new', kind, '--policies', policies, '--tests', tests);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(complaint) });
  expect(await readdir(policies, { recursive: true })).toEqual(before);
});
