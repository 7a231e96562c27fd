import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { bareEnvironment } from './child-protocol.ts';

const run = promisify(execFile);
const SYSTEM_USER = 'postgres';

/** As whom a child runs: as we do, as a user that root drops to, or under a mapped id in a user namespace. */
export type Identity =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'namespace'; readonly uid: number };

/** What an identity has to be capable of. */
export type Needs = {
  readonly binary: string;
  /** Folders that it has to pass through. */
  readonly passes: readonly string[];
  /** Files, or folders whose every file, it has to read. */
  readonly reads?: readonly string[];
};

/** A command as an identity runs it, ready for `spawn`. */
export type Command = {
  readonly command: string;
  readonly args: string[];
  readonly uid?: number;
  readonly gid?: number;
};

/** The least privileged identity that meets the needs; undefined when it would have to be root. */
export async function chooseIdentity(needs: Needs): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0 && isKnown()) return { kind: 'self' };
  const user = process.getuid?.() === 0 ? await systemUser() : undefined;
  if (user && (await meets(user, needs))) return user;
  const namespace: Identity = { kind: 'namespace', uid: await knownId() };
  return (await meets(namespace, needs)) ? namespace : undefined;
}

/** The user that root drops to, made if missing; undefined when it cannot be made. */
export async function systemUser(): Promise<Identity | undefined> {
  const found = await findSystemUser();
  if (found) return found;
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
  await run('useradd', [...options, SYSTEM_USER]).catch(() => undefined);
  return findSystemUser();
}

/** Whether a process of this identity can do what is needed, found by trying. */
export async function meets(identity: Identity, needs: Needs): Promise<boolean> {
  const script =
    '"$0" --version >/dev/null || exit 1; for need; do case $need in' +
    ' x:*) test -x "${need#x:}" ;; r:*) find -H "${need#r:}" -type f -exec cat {} + >/dev/null ;;' +
    ' esac || exit 1; done';
  const passes = needs.passes.map((folder) => `x:${folder}`);
  const reads = (needs.reads ?? []).map((path) => `r:${path}`);
  const args = ['-c', script, needs.binary, ...passes, ...reads];
  const { command, args: all, ...ids } = commandAs(identity, 'sh', args);
  const options = { ...ids, cwd: '/', env: bareEnvironment() };
  return run(command, all, options).then(
    () => true,
    () => false,
  );
}

/** The command line and ids that run a command as this identity. */
export function commandAs(identity: Identity, command: string, args: readonly string[]): Command {
  switch (identity.kind) {
    case 'self':
      return { command, args: [...args] };
    case 'user':
      return { command, args: [...args], uid: identity.uid, gid: identity.gid };
    case 'namespace': {
      const mapping = [`--map-user=${identity.uid}`, `--map-group=${identity.uid}`];
      return { command: 'unshare', args: ['--user', ...mapping, '--', command, ...args] };
    }
  }
}

/** The user id that files of this identity have. */
export function ownerOf(identity: Identity): { uid: number; gid: number } {
  if (identity.kind === 'user') return { uid: identity.uid, gid: identity.gid };
  return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
}

/** Makes a folder that only this identity, and whoever may become it, can enter. */
export async function makePrivateFolder(path: string, identity: Identity): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  const { uid, gid } = ownerOf(identity);
  if (process.getuid?.() === 0) await chown(path, uid, gid);
}

/** Lets this identity, and nobody else, pass through one of our folders without listing it. */
export async function letPass(folder: string, identity: Identity): Promise<void> {
  if (identity.kind !== 'user') return;
  await chown(folder, ownerOf({ kind: 'self' }).uid, identity.gid);
  await chmod(folder, 0o710);
}

async function findSystemUser(): Promise<Identity | undefined> {
  const id = async (flag: string) => Number((await run('id', [flag, SYSTEM_USER])).stdout);
  try {
    return { kind: 'user', uid: await id('-u'), gid: await id('-g') };
  } catch {
    return undefined;
  }
}

// initdb looks its own user up by number, so a number without a name (a container's) will not do.
function isKnown(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function knownId(): Promise<number> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const ids = accounts.split('\n').map((line) => Number(line.split(':')[2]));
  return ids.find((id) => id > 0 && id < 65_534) ?? 1000;
}
