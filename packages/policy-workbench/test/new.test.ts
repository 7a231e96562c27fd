import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NO_SERVICE } from '../src/contract.ts';
import { newKind } from '../src/new/new-kind.ts';
import { DOORS, folderOf, workbenchHere } from './support.ts';

const workbench = workbenchHere();

/** A service that sends something along, and has a word of its own. */
const SERVICE = { ...NO_SERVICE, reservedNames: new Set(['account']), sentAlong: ['action', 'context'] };

const place = async () => {
  const folder = await folderOf(DOORS);
  return { policies: join(folder, 'policies'), tests: join(folder, 'tests'), known: new Set(['door']) };
};

test('a new kind passes its tests at once, and is never overwritten', async () => {
  const { policies, tests } = await place();
  const made = await workbench('new', 'shopping_list', '--policies', policies, '--tests', tests);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('shopping_list_test.yaml') });
  const tested = await workbench('test', tests, '--policies', policies);
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining('shopping_list') });
  const again = await workbench('new', 'shopping_list', '--policies', policies, '--tests', tests);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
});

test('in an empty folder it is said how to begin, and that makes the folders', async () => {
  const folder = await folderOf({});
  const [policies, tests] = [join(folder, 'policies'), join(folder, 'tests')];
  const none = await workbench('test', '--policies', policies);
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('begin with the command `new`') });
  expect(await workbench('new', 'window', '--policies', policies, '--tests', tests)).toMatchObject({ code: 0 });
  expect(await readdir(policies)).toEqual(['_schemas', 'resource_policies']);
});

test.each([
  ['Shopping', /is no name for a kind/],
  ['../up', /is no name for a kind/],
  ['account', /word of this service/],
  ['door', /There is a policy for door already/],
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
  const at = await place();
  const before = await readdir(at.policies, { recursive: true });
  await expect(newKind(kind, at, SERVICE)).rejects.toThrow(complaint);
  expect(await readdir(at.policies, { recursive: true })).toEqual(before);
});

test('what is there in another case is not written beside', async () => {
  const at = await place();
  await writeFile(join(at.policies, '_schemas', 'Shopping.JSON'), '{}');
  await expect(newKind('shopping', at, SERVICE)).rejects.toThrow('Shopping.JSON is there already');
  expect(await readdir(at.policies)).not.toContain('resource_policies');
});

test.each([
  ['a service of its own', SERVICE],
  ['nobody', NO_SERVICE],
])('what is written for %s passes coverage, verify and mutate by itself', async (_whom, contract) => {
  const folder = await folderOf({ 'invariants.yaml': 'kinds: {}\n' });
  const [policies, tests, invariants] = ['policies', 'tests', 'invariants.yaml'].map((it) => join(folder, it)) as [
    string,
    string,
    string,
  ];
  await newKind('testdata', { policies, tests, known: new Set() }, contract);
  expect(await workbench('coverage', '--policies', policies, tests)).toMatchObject({ code: 0 });
  expect(await workbench('verify', '--policies', policies, '--invariants', invariants)).toMatchObject({ code: 0 });
  const mutated = await workbench('mutate', '--policies', policies, '--invariants', invariants, tests);
  expect(mutated).toMatchObject({ code: 0, stdout: expect.stringContaining('score 100%') });
});
