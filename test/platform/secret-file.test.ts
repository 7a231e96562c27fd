import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { secretFile } from '../../src/platform/secret-file.ts';

test.each([null, '', '\n'])(
  'a file that holds %j is made, whole and for its owner alone, and then stays',
  async (text) => {
    const folder = await mkdtemp(join(tmpdir(), 'sparkgate-secret-'));
    onTestFinished(async () => rm(folder, { recursive: true }));
    const file = join(folder, 'key');
    if (text !== null) await writeFile(file, text);
    await writeFile(`${file}.new`, 'what a crash left');
    expect([await secretFile(file, () => 'one'), await secretFile(file, () => 'other')]).toEqual(['one', 'one']);
    expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777, await readdir(folder)]).toEqual([
      'one\n',
      0o600,
      ['key'],
    ]);
  },
);
