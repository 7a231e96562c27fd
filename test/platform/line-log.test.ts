import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'short-of-space.ts');

test('a line that a full disk cut off takes no other with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-lines-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = join(folder, 'log');
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, file]);
  expect([stdout, await readFile(file, 'utf8')]).toEqual(['1\n', 'one\ntw\nthree\n']);
});
