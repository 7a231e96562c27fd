import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { accountOf, type Account, type Part } from './accounts.ts';
import { bareEnvironment } from './child-protocol.ts';
import { carrying, closedFolders } from './mount-namespace.ts';
import { dyingWithParent } from './parent-death.ts';

/** As whom an embedded server runs, and how it comes to be that. */
export interface Identity {
  /** The user that root drops to; null: the user of this process. */
  readonly account: Account | null;
  /** The id that it has in a user namespace of its own; null: it is in none. */
  readonly mapped: number | null;
  /** Folders that its user may not pass; in a mount namespace of its own it passes them nevertheless. */
  readonly closed: readonly string[];
}

/** What an identity has to be capable of. */
export interface Needs {
  readonly binary: string;
  /** The folder with all that the binary needs, where it is no single file. */
  readonly installation?: string;
  /** Folders in which it will have something of its own. */
  readonly passes: readonly string[];
  /** Files, or folders whose every file, it has to read. */
  readonly reads?: readonly string[];
}

/** A command line, ready for `spawn`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a command is run with. */
export interface CommandOptions {
  /** What it needs of folders that its identity may not pass. */
  readonly carries: readonly string[];
  /** Sent to it when its parent dies. */
  readonly stopSignal: NodeJS.Signals;
}

/**
 * The least privileged identity that meets the needs, found by trying; undefined when there is none. Root drops to a
 * user of the server's own, if need be behind a mount namespace. Where it may make none, it keeps its id, without its
 * capabilities, in a user namespace.
 */
export async function chooseIdentity(part: Part, needs: Needs): Promise<Identity | undefined> {
  const account = await accountOf(part);
  const mapped = part === 'cerbos' || (account?.named ?? isOrdinary()) ? null : await knownId();
  const own: Identity = { account: null, mapped, closed: [] };
  if (!account) return mapped === null ? own : firstOf([own], needs);
  const closed = await closedFolders(pathsOf(needs), account);
  const identities = [
    { account, mapped, closed },
    { ...own, mapped: await knownId() },
  ];
  return firstOf(identities, needs);
}

/** Whether a server that root starts has root's own id, by which it may change what belongs to root. */
export function isRoot({ account }: Identity): boolean {
  return account === null && process.getuid?.() === 0;
}

/** The command line that runs a program as this identity. */
export function commandAs(
  { account, mapped, closed }: Identity,
  program: readonly string[],
  { carries, stopSignal }: CommandOptions,
): Command {
  let line = dyingWithParent(stopSignal, program);
  if (mapped !== null) {
    line = ['unshare', '--user', `--map-user=${mapped}`, `--map-group=${mapped}`, '--', ...line];
  }
  if (account !== null) {
    const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, `--groups=${account.passage}`];
    line = ['setpriv', ...ids, '--no-new-privs', '--', ...line];
  }
  if (closed.length > 0) line = carrying(closed, carries, line);
  const [command = '', ...args] = line;
  return { command, args };
}

/** The user and group that files of this identity have. */
export function ownerOf({ account }: Identity): { uid: number; gid: number } {
  if (account) return { uid: account.uid, gid: account.gid };
  return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
}

async function firstOf(identities: readonly Identity[], needs: Needs): Promise<Identity | undefined> {
  for (const identity of identities) if (await meets(identity, needs)) return identity;
  return undefined;
}

function pathsOf({ binary, installation = binary, passes, reads = [] }: Needs): string[] {
  return [installation, ...reads, ...passes.map((folder) => `${folder}/of-its-own`)];
}

/** Whether a process of this identity can do what is needed. */
async function meets(identity: Identity, needs: Needs): Promise<boolean> {
  const { binary, installation = binary, passes, reads = [] } = needs;
  const script =
    '"$0" --version >/dev/null || exit 1; for need; do case $need in' +
    ' x:*) test -x "${need#x:}" ;; r:*) find -H "${need#r:}" -type f -exec cat {} + >/dev/null ;;' +
    ' esac || exit 1; done';
  // What is carried needs no passage.
  const passed = identity.closed.length > 0 ? [] : passes.map((folder) => `x:${folder}`);
  const program = ['sh', '-c', script, binary, ...passed, ...reads.map((path) => `r:${path}`)];
  const options = { carries: [installation, ...reads], stopSignal: 'SIGTERM' } as const;
  const { command, args } = commandAs(identity, program, options);
  return promisify(execFile)(command, [...args], { cwd: '/', env: bareEnvironment() }).then(
    () => true,
    () => false,
  );
}

// PostgreSQL refuses root; and initdb looks its own user up by number, so one without a name (a container's) will not do.
function isOrdinary(): boolean {
  try {
    return userInfo().username !== '' && process.getuid?.() !== 0;
  } catch {
    return false;
  }
}

async function knownId(): Promise<number> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const ids = accounts.split('\n').map((line) => Number(line.split(':')[2]));
  return ids.find((id) => id > 0 && id < 65_534) ?? 1000;
}
