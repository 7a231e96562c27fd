import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { timeless } from './in-process.ts';
import { DOORS, folderOf, temporaryFolder, workbenchHere, workbenchProcess } from './support.ts';

const workbench = workbenchHere();

const COMMANDS: [command: string, code: number, args: readonly string[]][] = [
  ['test', 0, ['tests']],
  ['verify', 0, ['--invariants', 'tests/invariants.yaml']],
  ['coverage', 6, ['tests']],
  ['mutate', 7, ['tests', '--output', 'json']],
  ['coverage', 1, ['policies']],
  ['verify', 1, ['--nonsense']],
];

// The other tests of these commands run them in their own process, by the same functions.
test.each(COMMANDS)('%s as a process of its own ends with %i, and says what it says here', async (...of) => {
  const [command, code, args] = of;
  const folder = await folderOf(DOORS);
  const at = args.map((it) => (it.includes('test') || it === 'policies' ? join(folder, it) : it));
  const all = [command, ...at, '--policies', join(folder, 'policies')];
  const apart = await workbenchProcess(...all);
  expect(apart.code).toBe(code);
  expect(timeless(apart)).toEqual(timeless(await workbench(...all)));
});

const PROGRAM = join(import.meta.dirname, '../bin/policy-workbench.mjs');

test('whoever watches sees what an edit does, and Ctrl-C leaves no folder behind', async () => {
  const [folder, TMPDIR] = [await folderOf(DOORS), await temporaryFolder()];
  const args = [PROGRAM, 'test', join(folder, 'tests'), '--policies', join(folder, 'policies'), '--watch'];
  const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [gone, heard] = [once(child, 'exit'), { out: '', error: '' }];
  child.stdout.on('data', (text) => (heard.out += String(text)));
  child.stderr.on('data', (text) => (heard.error += String(text)));
  const until = async (has: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await has()) && child.exitCode === null) await delay(5);
  };
  const isWaiting = (times: number) => () => heard.error.split('Waiting for a change').length > times;
  const edited = async (file: 'policies/door.yaml' | 'tests/door_test.yaml', from: string, to: string): Promise<void> =>
    writeFile(join(folder, file), DOORS[file].replace(from, to));
  await until(isWaiting(1));
  expect(heard.out).toContain('2 tests executed [2 OK]\n');
  await edited('policies/door.yaml', '"LOW"', '"HIGH"');
  await until(isWaiting(2));
  expect(heard.out).toMatch(/2 tests executed \[1 OK\] \[1 FAILED\]\n$/);
  await edited('policies/door.yaml', 'rules:', 'rules');
  await until(isWaiting(3));
  expect(heard.error).toMatch(/^ERROR .*door\.yaml/m);
  await edited('policies/door.yaml', '', '');
  await until(async () => (await readdir(TMPDIR)).length > 0);
  child.kill('SIGINT');
  expect(await gone).toEqual([130, null]);
  expect(await readdir(TMPDIR)).toEqual([]);
});

test.each([PROGRAM, join(import.meta.dirname, '../../../bin/sparkgate.mjs')])(
  'an older Node is refused in a sentence by %s',
  async (program) => {
    const older = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})';
    const run = promisify(execFile)(process.execPath, ['--import', older, program, 'test']);
    await expect(run).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^[a-z-]+: This is Node 20\.1\.0; 24 or newer is needed\.[^\n]*\n$/),
    });
  },
);

test('a broken test ends otherwise than one that fails, and is said in each report', async () => {
  const folder = await folderOf(DOORS);
  const xml = join(folder, 'tests.xml');
  const at = [join(folder, 'tests'), '--policies', join(folder, 'policies'), '--output', `junit=${xml}`];
  await writeFile(join(folder, 'tests/broken_test.yaml'), 'name: broken\ntests: [');
  const broken = await workbench('test', ...at, '--output', 'github');
  expect(broken).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^ERROR .*broken_test\.yaml:2: broken test: /),
  });
  expect(broken.stdout).toMatch(/^::error file=.*broken_test\.yaml,line=2,title=broken test::/);
  const filtered = await workbench('test', ...at, '--test-filter', 'suite=nobody');
  expect(filtered.code).toBe(1);
  await writeFile(join(folder, 'policies/door.yaml'), 'rules: [');
  expect(await workbench('test', ...at)).toMatchObject({ code: 3 });
  expect(await readFile(xml, 'utf8')).toMatch(/^<\?xml [^]*<failure [^]*<\/testsuites>\n$/);
});

test('what hinders a command is said at its place, in each report', async () => {
  const folder = await folderOf(DOORS);
  const invariants = join(folder, 'tests/invariants.yaml');
  await writeFile(invariants, DOORS['tests/invariants.yaml'].replace('door:', 'gate:'));
  const xml = join(folder, 'verify.xml');
  const at = ['--policies', join(folder, 'policies'), '--invariants', invariants];
  const ended = await workbench('verify', ...at, '--output', 'github', '--output', `junit=${xml}`);
  expect(ended).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/invariants\.yaml:4: it speaks of the kind gate/),
  });
  expect(ended.stdout).toMatch(/^::error file=\S+tests\/invariants\.yaml,line=4,title=cannot run::/);
  expect(await readFile(xml, 'utf8')).toMatch(/^<\?xml [^]*<failure [^]*speaks of the kind gate[^]*<\/testsuites>\n$/);
});
