import { join } from 'node:path';
import { expect, test } from 'vitest';
import { timeless } from './in-process.ts';
import { DOORS, folderOf, workbenchHere, workbenchProcess } from './support.ts';

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
