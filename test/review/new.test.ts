import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newKind } from '@sparkgate/policy-workbench/new/new-kind';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { CONTRACT } from '../../src/review/contract.ts';
import { policyHere } from './support.ts';

const policy = policyHere();

const ROOT = join(import.meta.dirname, '../..');

test('a new kind beside the policies of the project passes its tests at once', async () => {
  const folder = await temporaryFolder();
  const [policies, tests] = [join(folder, 'policies'), join(folder, 'policy-tests')];
  await cp(join(ROOT, 'policies'), policies, { recursive: true });
  await cp(join(ROOT, 'policy-tests'), tests, { recursive: true });
  const made = await policy('new', 'shopping_list', '--policies', policies, '--tests', tests);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('shopping_list_test.yaml') });
  const tested = await policy('test', tests, '--policies', policies);
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining('shopping_list') });
});

test.each([
  'tiktok_account',
  'business_center',
  'access_request',
  'sparkgate_service',
  'sparkgate_bundle',
  'user',
  'api_key',
  'operator',
])('%s is a word of this service', async (kind) => {
  const folder = await temporaryFolder();
  const at = { policies: join(folder, 'policies'), tests: join(folder, 'tests'), known: new Set<string>() };
  await expect(newKind(kind, at, CONTRACT)).rejects.toThrow(/word of this service/);
  expect(await readdir(folder)).toEqual([]);
});
