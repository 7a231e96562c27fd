import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { accountOf } from '../../src/platform/accounts.ts';
import { serveCommands } from '../../src/platform/control-socket.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import { giveTree, removeTree } from '../../src/platform/tree.ts';
import { BundleStore } from '../../src/rollout/bundle-store.ts';
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

/** A user of an earlier version, to whom a cluster may belong. */
const FORMER = 65_534;

/** What an attacker would have root overwrite, give away or remove; it begins like a `postmaster.pid`. */
function victim() {
  const folder = mkdtempSync(join(tmpdir(), 'sg-victim-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const file = join(folder, 'file');
  writeFileSync(file, '2147483646\nof somebody else\n', { mode: 0o644 });
  const state = () =>
    [folder, file].map((path) => {
      const { uid, gid, mode } = lstatSync(path);
      return { path, uid, gid, mode, content: path === file ? readFileSync(file, 'utf8') : readdirSync(folder) };
    });
  const before = state();
  return { folder, file, expectUntouched: () => expect(state()).toEqual(before) };
}

/** All folders below one that are not ours. */
function foldersOfOthers(folder: string): { path: string; uid: number }[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [];
    const path = join(folder, entry.name);
    const { uid } = lstatSync(path);
    return [...(uid === process.getuid?.() ? [] : [{ path, uid }]), ...foldersOfOthers(path)];
  });
}

/** Runs a script as the user of a folder, in it. */
function inFolder({ path, uid }: { path: string; uid: number }, script: string, ...args: string[]): void {
  const drop =
    uid === process.getuid?.() ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
  // The user may not pass the folders above: it is there already, as its server is.
  const line = ['sh', '-c', 'cd "$0" && exec "$@"', path, ...drop, 'sh', '-c', script, 'sh', ...args];
  execFileSync(line[0] ?? '', line.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
}

const NAMES = ['postmaster.pid', 'cerbos.json', 'cerbos.json.new', 'cerbos.sock', 'grpc.sock', 'http.sock'];

/** Puts a link in the place of every name in every folder that a server's user owns, but for the cluster's own files. */
function plantLinks(data: string, target: string): string[] {
  const folders = foldersOfOthers(data).filter(({ path }) => !path.startsWith(join(data, 'pg/')));
  for (const folder of folders) {
    const isCluster = folder.path === join(data, 'pg');
    const found = isCluster ? [] : readdirSync(folder.path);
    const names = [...new Set([...NAMES, ...found])];
    inFolder(folder, 'target=$1; shift; for name; do ln -sfn "$target" "$name"; done', target, ...names);
  }
  return folders.map(({ path }) => path.slice(data.length + 1)).toSorted();
}

/** The folders of our own below DATA_DIR, and what makes them. */
const OWN_FOLDERS: [string, (data: string) => Promise<unknown>][] = [
  ['run', async (data) => runDir(data)],
  ['control', async (data) => serveCommands(data, {})],
  ['bundles', async (data) => BundleStore.open(data, await accountOf('cerbos'))],
];

test.each(OWN_FOLDERS)('a link in the place of our folder %s is refused, and leads nowhere', async (name, make) => {
  const { folder, expectUntouched } = victim();
  const data = temporaryFolder();
  symlinkSync(folder, join(data, name));
  await expect(make(data)).rejects.toThrow(
    `${data}/${name} must be a directory that only this user may write to; remove it.`,
  );
  expectUntouched();
});

test.each(OWN_FOLDERS)('our folder %s is closed again where a volume opened it to a group', async (name, make) => {
  const data = temporaryFolder();
  mkdirSync(join(data, name));
  chmodSync(join(data, name), 0o2770);
  const made = await make(data);
  if (typeof made === 'function') await made();
  expect(lstatSync(join(data, name)).mode & 0o022).toBe(0);
});

test('links that a server puts into its folders lead the service nowhere', async () => {
  const data = join(reachableFolder(), 'data');
  const policies = openPolicyFolder();
  const { file, expectUntouched } = victim();
  const holder = startHolder(data, policies);
  await holder.up();
  const planted = plantLinks(data, file);
  // Without root there is one user, and nothing that it could not do itself.
  expect(planted).toEqual(isRoot ? ['pg', 'run/cerbos/cerbos', 'run/pg'] : []);
  await holder.kill('SIGTERM');
  await holder.gone();
  plantLinks(data, file);
  const { postgres, cerbos } = await startHolder(data, policies).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expectUntouched();
});

test('links in the folders of an earlier version, where both servers had one user, lead nowhere', async () => {
  const data = join(reachableFolder(), 'data');
  const { file, expectUntouched } = victim();
  for (const folder of ['', 'run', 'run/cerbos', 'run/pg']) mkdirSync(join(data, folder), { mode: 0o700 });
  const names = ['run/cerbos/cerbos.json', 'run/cerbos/cerbos', 'run/pg/.s.PGSQL.5432', 'run/pg/.s.PGSQL.5432.lock'];
  for (const name of names) symlinkSync(file, join(data, name));
  if (isRoot) for (const folder of ['run/cerbos', 'run/pg']) chownSync(join(data, folder), FORMER, FORMER);
  const { postgres, cerbos } = await startHolder(data, openPolicyFolder()).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(await isServing(cerbos)).toBe(true);
  expectUntouched();
});

test('a cluster changes hands, and nothing that links in it lead to', async () => {
  const data = join(reachableFolder(), 'data');
  const policies = openPolicyFolder();
  const { folder, file, expectUntouched } = victim();
  const first = startHolder(data, policies);
  await first.up();
  await first.kill('SIGTERM');
  await first.gone();
  const cluster = join(data, 'pg');
  const own = lstatSync(cluster).uid;
  if (isRoot) await giveTree(cluster, own, { uid: FORMER, gid: FORMER });
  const { uid } = lstatSync(cluster);
  inFolder({ path: cluster, uid }, 'ln -s "$1" pg_tblspc/1; ln -s "$2" base/file', folder, file);
  const { postgres } = await startHolder(data, policies).up();
  expect(await sql(postgres, 'select 1')).toEqual([1]);
  expect(lstatSync(cluster).uid).toBe(own);
  expectUntouched();
});

test('what a third owns, or what has a second name, changes no hands', async () => {
  const folder = temporaryFolder();
  const { uid = 0, gid = 0 } = { uid: process.getuid?.(), gid: process.getgid?.() };
  writeFileSync(join(folder, 'one'), '');
  execFileSync('ln', [join(folder, 'one'), join(folder, 'two')]);
  const other = { uid: uid + 1, gid };
  await expect(giveTree(folder, uid, other)).rejects.toThrow('second name elsewhere');
  rmSync(join(folder, 'two'));
  await expect(giveTree(folder, uid + 2, other)).rejects.toThrow('belongs to another user');
  expect(lstatSync(join(folder, 'one')).uid).toBe(uid);
});

/** Runs a script over and over beside the test. */
function attackWith(script: string, cwd: string, ...args: string[]): void {
  const attacker = spawn('sh', ['-c', `while :; do ${script}; done`, 'sh', ...args], { cwd, stdio: 'ignore' });
  onTestFinished(() => void attacker.kill('SIGKILL'));
}

test('of a link only itself is removed, and nothing changes hands through it', async () => {
  const { folder, expectUntouched } = victim();
  const link = join(temporaryFolder(), 'link');
  symlinkSync(folder, link);
  await expect(giveTree(link, process.getuid?.() ?? 0, { uid: FORMER, gid: FORMER })).rejects.toThrow('ENOTDIR');
  await removeTree(link);
  expect(existsSync(link)).toBe(false);
  expectUntouched();
});

test('a policy that turns into a link out of its folder while it is read is not read', async () => {
  const { file } = victim();
  const policies = policyFolder();
  const policy = join(policies, 'resource_policies/document.yaml');
  const text = readFileSync(policy, 'utf8');
  const attacked = temporaryFolder();
  writeFileSync(join(attacked, 'kept'), text);
  attackWith('cp kept next; mv next "$1"; ln -s "$2" next; mv next "$1"', attacked, policy, file);
  const read = new Set<string | undefined>();
  for (let round = 0; round < 300; round += 1) {
    const found = await readPolicyFolder(policies).catch(() => null);
    read.add(found?.files.get('resource_policies/document.yaml')?.toString());
  }
  expect(read).toEqual(new Set([text, undefined]));
});
