import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimDataDir, inUse, runDir } from '../../src/platform/data-dir.ts';
import { PlatformError } from '../../src/platform/platform-error.ts';
import { temporaryFolder } from './support.ts';

test('a data directory is made private and belongs to one holder at a time', async () => {
  const path = join(temporaryFolder(), 'data');
  expect(await inUse(path)).toBe(false);
  const held = await claimDataDir(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(await inUse(path)).toBe(true);
  await expect(claimDataDir(path)).rejects.toThrow(PlatformError);
  await expect(claimDataDir(path)).rejects.toThrow(/in use by another Sparkgate process/);
  await held.release();
  expect(await inUse(path)).toBe(false);
  await (await claimDataDir(path)).release();
});

test('another spelling of the same directory is the same directory', async () => {
  const folder = temporaryFolder();
  const held = await claimDataDir(join(folder, 'data'));
  symlinkSync(join(folder, 'data'), join(folder, 'link'));
  await expect(claimDataDir(join(folder, 'link'))).rejects.toThrow(/in use/);
  await held.release();
});

test('sockets live in the data directory, or elsewhere when its path is too long', async () => {
  const folder = temporaryFolder();
  expect(await runDir(folder)).toBe(join(folder, 'run'));
  const long = join(folder, 'x'.repeat(100));
  mkdirSync(long);
  const elsewhere = await runDir(long);
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  expect(elsewhere.length).toBeLessThan(70);
  expect(statSync(elsewhere).mode & 0o777).toBe(0o700);
  expect(await runDir(long)).toBe(elsewhere);
});

test('a socket folder that others may write to is refused', async () => {
  const folder = temporaryFolder();
  chmodSync(await runDir(folder), 0o777);
  await expect(runDir(folder)).rejects.toThrow(PlatformError);
});
