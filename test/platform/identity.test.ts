import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDir } from '../../src/platform/data-dir.ts';
import {
  isRoot,
  isServing,
  openPolicyFolder,
  policyFolder,
  reachableFolder,
  sql,
  startHolder,
  temporaryFolder,
} from './support.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const UNKNOWN = { uid: 43_210, gid: 43_210 };

const modeOf = (data: string, path: string): number => statSync(join(data, path)).mode & 0o777;

/** The user and group ids under which a process runs, and all its groups. */
function idsOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const numbers = (name: string) =>
    (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).map(Number);
  return { uid: numbers('Uid')[0] ?? -1, gid: numbers('Gid')[0] ?? -1, groups: numbers('Groups') };
}

/** Which of these paths a server's process could read or enter, as a program that took it over would. */
function reached(pid: number, paths: readonly string[]): string[] {
  const { uid, gid, groups } = idsOf(pid);
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(',')}`];
  const drop = isRoot ? ['setpriv', ...ids, '--'] : [];
  return paths.filter((path) => {
    const tried = [...drop, 'sh', '-c', 'test -r "$0" || test -x "$0" || test -w "$0"', path];
    return spawnSync(tried[0] ?? '', tried.slice(1)).status === 0;
  });
}

const PARTS = ['pg', 'pg/PG_VERSION', 'run/pg', 'run/pg/.s.PGSQL.5432', 'run/control', 'secret-key', 'bundles'];
const CERBOS = ['run/cerbos', 'run/cerbos/cerbos', 'run/cerbos/cerbos/grpc.sock', 'run/cerbos/cerbos.json'];

/** A data directory with what a service keeps besides. */
function furnished(data: string): string {
  for (const folder of ['', 'run', 'run/control', 'bundles']) mkdirSync(join(data, folder), { mode: 0o700 });
  writeFileSync(join(data, 'secret-key'), 'secret', { mode: 0o600 });
  return data;
}

// Only root can run servers as other users; without root there is one user, and nobody else gets in.
test('each server has a user of its own, which reaches what is its own', async () => {
  const data = furnished(join(reachableFolder(), 'data'));
  const holder = startHolder(data, openPolicyFolder());
  const { postgres, cerbos } = await holder.up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  const [server, pdp] = [holder.pidOf('postgres'), holder.pidOf('cerbos')];
  const uids = new Set([process.getuid?.(), idsOf(server).uid, idsOf(pdp).uid]);
  expect(uids.size).toBe(isRoot ? 3 : 1);
  for (const path of ['pg', 'run/pg', 'run/cerbos/cerbos']) expect(modeOf(data, path)).toBe(0o700);
  const all = [...PARTS, ...CERBOS].map((path) => join(data, path));
  const own = (names: readonly string[]) => (isRoot ? names.map((path) => join(data, path)) : all);
  expect(reached(server, all)).toEqual(own(PARTS.slice(0, 4)));
  expect(reached(pdp, all)).toEqual(own(CERBOS));
  expect(modeOf(data, '') & 0o007).toBe(0);
});

test.each([0o755, 0o700])('in a folder of mode %o that is the same', async (mode) => {
  const folder = temporaryFolder();
  const policies = openPolicyFolder();
  chmodSync(folder, mode);
  const holder = startHolder(join(folder, 'data'), policies);
  const { postgres, cerbos } = await holder.up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  const { uid } = idsOf(holder.pidOf('postgres'));
  expect(uid === 0).toBe(false);
  expect(uid === idsOf(holder.pidOf('cerbos')).uid).toBe(!isRoot);
  expect(statSync(join(folder, 'data/pg')).uid).toBe(uid);
  expect(statSync(folder).mode & 0o777).toBe(mode);
});

test('where no user can be made, ids without a name do', async () => {
  // The tools that ask for and make users are not on this path.
  const tools = temporaryFolder();
  chmodSync(tools, 0o755);
  const needed = ['sh', 'setpriv', 'unshare', 'mount', 'mkdir', 'find', 'cat', 'true', 'test'];
  for (const tool of needed) symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(tools, tool));
  const data = join(reachableFolder(), 'data');
  const holder = startHolder(data, openPolicyFolder(), { env: { PATH: tools } });
  const { postgres, cerbos } = await holder.up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  const uids = ['postgres', 'cerbos'].map((name) => idsOf(holder.pidOf(name)).uid);
  expect(uids).toEqual(isRoot ? [65_521, 65_522] : [process.getuid?.(), process.getuid?.()]);
  await holder.kill('SIGTERM');
  await holder.gone();
  // What they own changes hands once there are users.
  const later = await startHolder(data, openPolicyFolder()).up();
  expect(await sql(later.postgres, 'select 1')).toEqual([1]);
});

// Only root can try what other users can; without root both are who runs the tests.
test.each([
  ['an ordinary user', NOBODY],
  ['a user without a name', UNKNOWN],
])('%s runs both servers as themselves', async (_who, other) => {
  const folder = temporaryFolder();
  if (isRoot) chownSync(folder, other.uid, other.gid);
  const data = join(folder, 'data');
  const { postgres, cerbos } = await startHolder(data, openPolicyFolder(), isRoot ? other : {}).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expect(statSync(join(data, 'pg')).uid).toBe(isRoot ? other.uid : process.getuid?.());
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
