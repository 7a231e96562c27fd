import { chmodSync, chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDir } from '../../src/platform/data-dir.ts';
import { isRoot, isServing, policyFolder, sql, startHolder, temporaryFolder } from './support.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const UNKNOWN = { uid: 43_210, gid: 43_210 };

test.runIf(isRoot)('root drops to another user where that user can reach the data', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o755 });
  const { postgres, cerbos } = await startHolder(data, policyFolder()).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expect(statSync(join(data, 'pg')).uid).not.toBe(0);
  expect(statSync(join(data, 'pg')).mode & 0o777).toBe(0o700);
});

test.runIf(isRoot)('a directory that only root can enter stays closed', async () => {
  const data = join(temporaryFolder(), 'data');
  const { postgres, cerbos } = await startHolder(data, policyFolder()).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test.runIf(isRoot)('data that was once shared and is closed now changes hands', async () => {
  const folder = temporaryFolder();
  const policies = policyFolder();
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o755 });
  for (const mode of [0o755, 0o700, 0o755]) {
    chmodSync(folder, mode);
    const holder = startHolder(data, policies);
    const { postgres } = await holder.up();
    expect(await sql(postgres, 'select 1')).toEqual([1]);
    expect(statSync(join(data, 'pg')).uid === 0).toBe(mode === 0o700);
    await holder.kill('SIGTERM');
    await holder.gone();
  }
});

test.runIf(isRoot).each([
  ['an ordinary user', NOBODY],
  ['a user without a name', UNKNOWN],
])('%s runs both servers as themselves', async (_who, user) => {
  const folder = temporaryFolder();
  chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const policies = policyFolder();
  for (const path of [policies, join(policies, 'resource_policies')]) chmodSync(path, 0o755);
  const { postgres, cerbos } = await startHolder(data, policies, user).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expect(statSync(join(data, 'pg')).uid).toBe(user.uid);
});

test('a second holder of the same directory is turned away', async () => {
  const data = join(temporaryFolder(), 'data');
  const policies = policyFolder();
  await startHolder(data, policies).up();
  expect(await startHolder(data, policies).refused()).toMatchObject({
    name: 'PlatformError',
    message: expect.stringContaining('in use by another Sparkgate process'),
  });
});

test('a path too long for sockets, and one with odd characters, work', async () => {
  const data = join(temporaryFolder(), 'x'.repeat(120), 'a,b {c} "d" [e]');
  onTestFinished(async () => rmSync(await runDir(data), { recursive: true }));
  const { postgres, cerbos } = await startHolder(data, policyFolder()).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expect(postgres.host.startsWith(data)).toBe(false);
  const odd = join(temporaryFolder(), 'a,b {c} "d" [e]');
  expect(await isServing((await startHolder(odd, policyFolder()).up()).cerbos)).toBe(true);
});
