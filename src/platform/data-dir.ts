import { access, chmod, constants, mkdir, realpath, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { ownFolder } from './folders.ts';
import { PlatformError } from './platform-error.ts';

/** The kernel's limit for a unix socket's path, 107 bytes, less the longest name that is put below. */
const LONGEST_RUN_DIR = 107 - '/cerbos/0123456789abcdef/http.sock'.length;

/** A data directory that belongs to this process until it is released or the process ends. */
export type DataDir = {
  /** Its real path. */
  readonly path: string;
  /** Where the sockets are. */
  readonly runDir: string;
  release(): Promise<void>;
};

/**
 * Creates the directory if needed and locks it. Nobody else may write to it afterwards.
 * @param holder what others learn of it: a command is done soon
 * @throws PlatformError when another process has it, or another user
 */
export async function claimDataDir(path: string, holder: Holder = 'service'): Promise<DataDir> {
  await makeWritable(path);
  const real = await realpath(path);
  await requireOwn(real);
  const lock = await bind(await lockName(real), real, holder);
  return {
    path: real,
    runDir: await runDir(real),
    release: () => new Promise((resolve) => void lock.close(() => resolve())),
  };
}

/** What holds a directory. */
type Holder = 'service' | 'command';

/** Whether a process holds the directory right now. */
export const inUse = async (path: string): Promise<boolean> => (await holderOf(path)) !== null;

/** What holds the directory right now; null: nothing. */
export async function holderOf(path: string): Promise<Holder | null> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return null;
  const name = await lockName(real);
  for (let asked = 1; ; asked += 1) {
    const said = await heardAt(name);
    if (said === null || said === 'command' || said === 'service') return said;
    // Whoever lets go of it just now says nothing.
    if (asked === MOST_ASKED) return 'service';
    await delay(ASK_EVERY_MS);
  }
}

const MOST_ASKED = 20;
const ASK_EVERY_MS = 25;

/** What the holder of a lock says; null where there is none. */
function heardAt(name: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = connect(name);
    let said = '';
    probe.setEncoding('utf8').on('data', (text: string) => (said += text));
    probe.once('close', () => resolve(said));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? null : ''));
  });
}

/** The folder for the sockets of a data directory: inside it, or in the temporary folder when the path is too long. */
export async function runDir(dataDir: string): Promise<string> {
  const real = await realpath(dataDir);
  const inside = join(real, 'run');
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
  const outside = join(await realpath(tmpdir()), `sparkgate-${process.getuid?.()}-${digest}`);
  const chosen = [inside, outside].find((folder) => Buffer.byteLength(folder) <= LONGEST_RUN_DIR);
  if (chosen === undefined) {
    throw new PlatformError(
      `Neither ${inside} nor ${outside} is short enough for a socket; choose a shorter DATA_DIR or TMPDIR.`,
    );
  }
  await ownFolder(chosen);
  return chosen;
}

async function makeWritable(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new PlatformError(
      `DATA_DIR ${path} cannot be used (${(error as NodeJS.ErrnoException).code}); choose a directory that this user may write to.`,
      { cause: error },
    );
  }
}

/**
 * Why a directory is not this user's own, to follow its name, and what to do; null when it is. Whoever else may write
 * to it could put links where files are about to be. One of root's will do that root lets this user's group write to,
 * as Kubernetes does with its volumes.
 */
export async function foreignness(path: string): Promise<string | null> {
  const { uid, mode } = await stat(path);
  const everybody = (mode & 0o002) !== 0;
  const isTemporary = (mode & STICKY) !== 0;
  if (uid === process.getuid?.() && !(everybody && isTemporary)) return null;
  if (uid === 0 && !everybody) return null;
  const whose = everybody ? 'may be written to by everybody' : `belongs to the user ${uid}`;
  return `${whose}; start Sparkgate as its owner, or choose a directory that is this user's own.`;
}

async function requireOwn(real: string): Promise<void> {
  const why = await foreignness(real);
  if (why !== null) throw new PlatformError(`DATA_DIR ${real} ${why}`);
  const { uid, mode } = await stat(real);
  if (uid === process.getuid?.() && (mode & 0o022) !== 0) await chmod(real, mode & 0o755);
}

const STICKY = 0o1000;

// By device and inode, so that two spellings, links or bind mounts of one directory are one lock.
async function lockName(real: string): Promise<string> {
  const { dev, ino } = await stat(real, { bigint: true });
  return `\0sparkgate-data-dir-${dev}-${ino}`;
}

// An abstract socket leaves no file: the kernel frees the name when its holder dies, however it dies.
function bind(name: string, path: string, holder: Holder): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(holder, () => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `DATA_DIR ${path} is in use by another Sparkgate process; stop that one or choose another DATA_DIR.`;
      reject(error.code === 'EADDRINUSE' ? new PlatformError(taken, { cause: error }) : error);
    });
    server.listen(name, () => resolve(server.unref()));
  });
}
