import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

test('Ctrl-C leaves no folder behind', async () => {
  const [folder, TMPDIR] = [await folderOf(DOORS), await temporaryFolder()];
  const program = join(import.meta.dirname, '../bin/policy-workbench.mjs');
  const args = [program, 'test', join(folder, 'tests'), '--policies', join(folder, 'policies'), '--watch'];
  const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR }, stdio: 'ignore' });
  const gone = once(child, 'exit');
  while ((await readdir(TMPDIR)).length === 0) await delay(5);
  child.kill('SIGINT');
  expect(await gone).toEqual([130, null]);
  expect(await readdir(TMPDIR)).toEqual([]);
});

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
