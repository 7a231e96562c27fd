import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOORS, folderOf } from '../../packages/policy-workbench/test/support.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Somebody else's folder, in which the three packages are installed from their tarballs. */
let elsewhere: string;
let tree: string;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'sg-tree-'));
  elsewhere = await mkdtemp(join(tmpdir(), 'sg-elsewhere-'));
  // Packing writes into the packages for a moment, which other tests run meanwhile.
  for (const part of ['packages', 'scripts', 'tsconfig.json', 'tsconfig.packages.json', 'package.json', 'LICENSE'])
    await cp(join(ROOT, part), join(tree, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  await run('npm', ['pack', '--workspaces', '--pack-destination', elsewhere], { cwd: tree });
  const tarballs = (await readdir(elsewhere)).map((file) => `./${file}`);
  await writeFile(join(elsewhere, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', '--ignore-scripts', '--prefer-offline', ...tarballs], { cwd: elsewhere });
});

afterAll(async () => {
  for (const folder of [tree, elsewhere]) await rm(folder, { recursive: true, force: true });
});

/** `policy-workbench ...` in a folder of policies, as it is installed there. */
async function workbench(folder: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const bin = join(elsewhere, 'node_modules/.bin/policy-workbench');
  return run(process.execPath, [bin, ...args], { cwd: folder }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
}

test('packing leaves the tree as it was', async () => {
  for (const name of ['cerbos-policies', 'cerbos-pdp', 'policy-workbench']) {
    const at = join('packages', name);
    expect((await readdir(join(tree, at))).toSorted()).toEqual((await readdir(join(ROOT, at))).toSorted());
    const manifest = join(at, 'package.json');
    expect(await readFile(join(tree, manifest), 'utf8')).toBe(await readFile(join(ROOT, manifest), 'utf8'));
  }
});

test('what is installed is JavaScript with declarations, and no TypeScript to strip', async () => {
  const files = await readdir(join(elsewhere, 'node_modules/@sparkgate'), { recursive: true });
  expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['cerbos-policies/dist/policies.js', 'cerbos-pdp/dist/client.d.ts']));
});

test('the bin tests, measures, mutates and verifies policies that know nothing of this service', async () => {
  const folder = await folderOf(DOORS);
  const tested = await workbench(folder, 'test', 'tests');
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining('2 tests executed [2 OK]') });
  const covered = await workbench(folder, 'coverage', 'tests');
  expect(covered).toMatchObject({ code: 6, stdout: expect.stringContaining('never is false') });
  const verified = await workbench(folder, 'verify', '--invariants', 'tests/invariants.yaml');
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('1 invariants, 0 violated') });
  const mutated = await workbench(folder, 'mutate', 'tests', '--invariants', 'tests/invariants.yaml');
  expect(mutated).toMatchObject({ code: 7, stdout: expect.stringContaining('SURVIVED') });
  expect(mutated.stdout).toContain('Somebody with the role user; member yes; floor HIGH: open -> DENY');
  expect(await workbench(folder, 'new', 'window', '--tests', 'tests')).toMatchObject({ code: 0 });
  expect(await workbench(folder, 'test', 'tests')).toMatchObject({ code: 0 });
});

const readme = async (name: string): Promise<string> => readFile(join(ROOT, 'packages', name, 'README.md'), 'utf8');
const blockOf = (text: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([^\`]*)`, 'm').exec(text)?.[1] ?? '';

test('the commands that the README shows first run in an empty folder', async () => {
  const folder = await folderOf({});
  const lines = blockOf(await readme('policy-workbench'), 'sh')
    .trim()
    .split('\n');
  const codes: Record<string, number> = {};
  for (const line of lines) {
    const [, command = '', ...args] = line.split(' ');
    codes[command] = (await workbench(folder, command, ...args)).code;
  }
  expect(codes).toEqual({ new: 0, test: 0, coverage: 0, mutate: 0 });
});

test.each([
  ['cerbos-policies', 'door open\n'],
  ['cerbos-pdp', 'false\n'],
])('what the README of %s shows runs', async (name, printed) => {
  const folder = await folderOf(DOORS);
  const program = join(elsewhere, `${name}.mjs`);
  await writeFile(program, blockOf(await readme(name), 'js'));
  expect((await run(process.execPath, [program], { cwd: folder })).stdout).toBe(printed);
});

test('the declarations are whole', async () => {
  const program = [
    "import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';",
    "import { openLocalServers } from '@sparkgate/cerbos-pdp/local-servers';",
    "import { verifyPolicies } from '@sparkgate/policy-workbench/verify/verify-policies';",
    "import { NO_SERVICE } from '@sparkgate/policy-workbench/contract';",
    "const policies = await readPolicies('policies');",
    'export const rules: number = policies.resources.flatMap((it) => it.rules).length;',
    "export const verified = await verifyPolicies({ folder: 'policies', policies, invariants: 'i', kind: null, contract: NO_SERVICE, openServers: openLocalServers, progress: () => undefined });",
  ];
  await writeFile(join(elsewhere, 'program.ts'), program.join('\n'));
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,esnext',
  ];
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  await run(join(ROOT, 'node_modules/.bin/tsc'), [...options, ...types, 'program.ts'], { cwd: elsewhere });
  await writeFile(join(elsewhere, 'program.ts'), program.join('\n').replace('rules: number', 'rules: string'));
  await expect(
    run(join(ROOT, 'node_modules/.bin/tsc'), [...options, ...types, 'program.ts'], { cwd: elsewhere }),
  ).rejects.toThrow();
});
