import { chmodSync, chownSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimDataDir, holderOf, inUse, runDir } from '../../src/platform/data-dir.ts';
import { PlatformError } from '../../src/platform/platform-error.ts';
import { isRoot, isServing, openPolicyFolder, startHolder, temporaryFolder } from './support.ts';

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

test('a data directory of ours is closed to whoever else could write to it', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o777);
  await (await claimDataDir(folder)).release();
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

test('a folder for everybody is no data directory, and stays as it is', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o1777);
  await expect(claimDataDir(folder)).rejects.toThrow(`DATA_DIR ${folder} may be written to by everybody; start`);
  expect(statSync(folder).mode & 0o7777).toBe(0o1777);
});

test("another user's data directory is refused, even to root", async () => {
  const folder = temporaryFolder();
  if (isRoot) chownSync(folder, 65_533, 65_533);
  // Without root there is none but root's to be had.
  const others = isRoot ? folder : '/tmp';
  const sentence = isRoot ? 'belongs to the user 65533' : 'may be written to by everybody';
  await expect(claimDataDir(others)).rejects.toThrow(`DATA_DIR ${others} ${sentence}; start Sparkgate as its owner`);
});

test("a volume of root's that the group may write to is taken", async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'volume');
  mkdirSync(data);
  // As Kubernetes mounts it for a pod with an fsGroup; who is not root can only try with a folder of their own.
  if (isRoot) chownSync(data, 0, 65_533);
  chmodSync(data, 0o2775);
  chmodSync(folder, 0o755);
  const policies = openPolicyFolder();
  const user = isRoot ? { uid: 65_534, gid: 65_533 } : {};
  const { cerbos } = await startHolder(data, policies, user).up();
  expect(await isServing(cerbos)).toBe(true);
});

test('what holds a data directory is told, and a command that lets go of it is no service', async () => {
  const path = temporaryFolder();
  expect(await holderOf(path)).toBeNull();
  const service = await claimDataDir(path);
  expect(await holderOf(path)).toBe('service');
  await service.release();
  for (let round = 0; round < 50; round += 1) {
    const command = await claimDataDir(path, 'command');
    const told = Array.from({ length: 8 }, async () => holderOf(path));
    await command.release();
    expect(await Promise.all(told)).not.toContain('service');
  }
});
