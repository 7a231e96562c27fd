import { mkdir, readdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOORS, folderOf, temporaryFolder } from '../../packages/policy-workbench/test/support.ts';
import { policyHere } from '../review/support.ts';

const policy = policyHere();

const DOOR = DOORS['policies/door.yaml'];
const BASE = 'apiVersion: api.cerbos.dev/v1\n';
const ROLES = (name: string, more = '') =>
  `${BASE}derivedRoles:\n  name: ${name}\n  definitions: [{ name: r_${name}, parentRoles: [user] }]\n${more}`;

const BROKEN: [what: string, files: Record<string, string>, code: number, complaint: RegExp][] = [
  ['YAML that is none', { 'policies/door.yaml': 'rules: [' }, 3, /door\.yaml/],
  [
    'an expression that does not parse',
    { 'policies/door.yaml': DOOR.replace('R.attr.member', 'R.attr.member ===') },
    3,
    /door\.yaml:16/,
  ],
  [
    'an import that is missing',
    { 'policies/door.yaml': DOOR.replace('  rules:', '  importDerivedRoles: [nobody]\n  rules:') },
    3,
    /nobody/,
  ],
  [
    'variables that go in circles',
    {
      'policies/door.yaml': DOOR.replace('  rules:', '  variables: { local: { a: V.b, b: V.a } }\n  rules:').replace(
        'R.attr.member',
        'V.a',
      ),
    },
    3,
    /door\.yaml/,
  ],
  ['two policies for one kind', { 'policies/again.yaml': DOOR }, 3, /again\.yaml|door\.yaml/],
  [
    'two sets of roles by one name',
    { 'policies/a.yaml': ROLES('same'), 'policies/b.yaml': ROLES('same') },
    3,
    /a\.yaml|b\.yaml/,
  ],
  ['a schema that is no schema', { 'policies/_schemas/door.json': '{"type": 7}' }, 3, /door\.json/],
  ['a schema that is missing', { 'policies/door.yaml': DOOR.replace('door.json', 'gate.json') }, 3, /gate\.json/],
  ['a file of 5 MB', { 'policies/door.yaml': `${DOOR}# ${'x'.repeat(5_000_000)}\n` }, 1, /door\.yaml has 50\d+ bytes/],
  ['no policy at all', { 'policies/door.yaml': '', 'policies/readme.txt': '' }, 1, /door\.yaml is empty/],
];

describe.each(['verify', 'coverage', 'mutate'])('policy %s', (command) => {
  const at = (folder: string): string[] => {
    const tests =
      command === 'verify' ? ['--invariants', join(folder, 'tests/invariants.yaml')] : [join(folder, 'tests')];
    return [command, ...tests, '--policies', join(folder, 'policies')];
  };

  test.each(BROKEN)('refuses %s', async (_what, files, code, complaint) => {
    const folder = await folderOf({ ...DOORS, ...files });
    const ended = await policy(...at(folder));
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(complaint) });
    expect(ended.stderr).not.toContain('    at ');
  });

  test('refuses a link that leads out of the folder', async () => {
    const folder = await folderOf(DOORS);
    const outside = await folderOf({ 'secret.yaml': ROLES('outside') });
    await symlink(join(outside, 'secret.yaml'), join(folder, 'policies/link.yaml'));
    const message = 'link.yaml is a link that leads out of the policy folder';
    expect(await policy(...at(folder))).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });

  test('takes a folder as Kubernetes mounts it', async () => {
    const plain = await policy(...at(await folderOf(DOORS)));
    const folder = await folderOf(DOORS);
    const mounted = join(folder, 'policies');
    await rename(mounted, join(folder, '..2026_11_28'));
    await mkdir(mounted);
    await rename(join(folder, '..2026_11_28'), join(mounted, '..2026_11_28'));
    await symlink('..2026_11_28', join(mounted, '..data'));
    for (const name of await readdir(join(mounted, '..data'))) await symlink(`..data/${name}`, join(mounted, name));
    const { code, stderr } = await policy(...at(folder));
    // How far it was now and then depends on the time.
    const warnings = (of: string): string =>
      of.replaceAll(/^(?:\d+ of \d+ mutants|\w+: \d+ decisions)\n/gm, '').replaceAll(/\/\S+\/policies/g, 'policies');
    expect({ code, warnings: warnings(stderr) }).toEqual({ code: plain.code, warnings: warnings(plain.stderr) });
  });

  test('refuses an empty folder and a missing one', async () => {
    const folder = await folderOf({ ...DOORS, 'empty/.keep': '' });
    const elsewhere = (dir: string): string[] => [...at(folder).slice(0, -1), join(folder, dir)];
    expect(await policy(...elsewhere('empty'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no policy'),
    });
    expect(await policy(...elsewhere('gone'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be read|There is no folder/),
    });
  });

  test('helps, with an example and its exit codes', async () => {
    const { code, stdout } = await policy(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Exit codes:\n {2}0 {2}/);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}sparkgate policy ${command}`));
  });
});

const SENTENCE = { id: 'one', rules: ['D1'], says: 'So it is.' };
const invariants = (sentence: object): string => JSON.stringify({ kinds: { door: { sentences: [sentence] } } });

test.each([
  ['no YAML', 'kinds: [', /invariants\.yaml:1: /],
  [
    'a kind without a policy',
    JSON.stringify({ kinds: { gate: { sentences: [{ ...SENTENCE, holds: 'true' }] } } }),
    /invariants\.yaml:1: it speaks of the kind gate/,
  ],
  ['a sentence that says nothing', invariants(SENTENCE), /exactly one of/],
  [
    'a sentence that says two things',
    invariants({ ...SENTENCE, holds: 'true', allowed_only_if: 'true' }),
    /exactly one of/,
  ],
  ['a word that is unknown', invariants({ ...SENTENCE, always: 'true' }), /always/],
  ['an expression that does not parse', invariants({ ...SENTENCE, holds: 'R.attr.member &&' }), /R\.attr\.member &&/],
  [
    'an expression that is neither true nor false',
    invariants({ ...SENTENCE, allowed_whenever: 'R.attr.floor' }),
    /neither true nor false/,
  ],
  [
    'a fact that is not there',
    invariants({ ...SENTENCE, change: { at: 'storey' }, never: 'losing' }),
    /invariants\.yaml:1: one: door has no field storey/,
  ],
])('invariants are refused: %s', async (_what, text, complaint) => {
  const folder = await folderOf({ ...DOORS, 'tests/invariants.yaml': text });
  const ended = await policy(
    'verify',
    '--policies',
    join(folder, 'policies'),
    '--invariants',
    join(folder, 'tests/invariants.yaml'),
  );
  expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(complaint) });
});

test('an unknown kind is named, with those that there are', async () => {
  expect(await policy('verify', '--kind', 'tiktok')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/kind tiktok;.*tiktok_account/),
  });
});

test('a run of no tests does not pass for a run without failures', async () => {
  const folder = await temporaryFolder();
  for (const command of ['test', 'coverage', 'mutate']) {
    expect(await policy(command, folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no *_test.yaml'),
    });
  }
});

test.each(['test', 'verify'])('policy %s warns of numbers that JSON cannot carry, and goes on', async (command) => {
  const door = DOOR.replace('R.attr.member', 'R.attr.member && 7123456789012345679 > 1');
  const folder = await folderOf({ ...DOORS, 'policies/door.yaml': door });
  const tests = command === 'test' ? [join(folder, 'tests')] : ['--invariants', join(folder, 'tests/invariants.yaml')];
  const { code, stderr } = await policy(command, ...tests, '--policies', join(folder, 'policies'));
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^Warning: door\.yaml:16: 7123456789012345679 in `R\.attr\.member && .*` is no number/),
  ]);
});
