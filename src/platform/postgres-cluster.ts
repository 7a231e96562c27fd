import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bareEnvironment } from './child-protocol.ts';
import { folderFor } from './folders.ts';
import { commandAs, ownerOf, type Identity } from './identity.ts';
import { programOf } from './orphans.ts';
import { PlatformError } from './platform-error.ts';
import { giveTree, removeTree } from './tree.ts';

/** Larger than any process number of Linux. */
const NO_PROCESS = 2_147_483_647;

/** The files of a PostgreSQL server. */
export type Cluster = {
  /** The folder of its programs, beside that of its libraries. */
  readonly binaries: string;
  /** Their folder. */
  readonly cluster: string;
  readonly identity: Identity;
  readonly durable: boolean;
};

/** Makes the cluster once, whole or not at all, and gives it to the identity of this start. */
export async function ensureCluster(options: Cluster): Promise<void> {
  const { cluster, identity } = options;
  const found = await lstat(cluster).catch(() => undefined);
  if (found === undefined) return initialize(options);
  const wanted = ownerOf(identity);
  if (found.uid === wanted.uid) return;
  await giveTree(cluster, found.uid, wanted).catch((cause: unknown) => {
    const why = cause instanceof PlatformError ? ` ${cause.message}` : '';
    throw new PlatformError(
      `${cluster} belongs to the user ${found.uid}; start Sparkgate as that user or as root, or choose another DATA_DIR.${why}`,
      { cause },
    );
  });
}

/**
 * Makes the lock files of a dead server harmless. PostgreSQL takes it for alive when its number names
 * a zombie, or, in a restarted container, another process. The rest of `postmaster.pid` has to stay:
 * by it PostgreSQL finds backends that still use the shared memory.
 */
export async function forgetDeadServer(cluster: string, socketFolder: string): Promise<void> {
  if (await renumber(join(cluster, 'postmaster.pid'))) return;
  const socket = join(socketFolder, '.s.PGSQL.5432');
  await Promise.all([socket, `${socket}.lock`].map(async (path) => unlink(path).catch(() => undefined)));
}

/** Tells whether the server lives that wrote the file; else no process has its number afterwards. */
async function renumber(path: string): Promise<boolean> {
  // The file is the server's user's: it may be a link, a pipe or another name of a file by now.
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (!file) return false;
  try {
    const found = await file.stat();
    if (!found.isFile() || found.nlink > 1) return false;
    const text = await file.readFile('utf8');
    const pid = Number.parseInt(text, 10);
    if ((await programOf(pid)) === 'postgres') return true;
    if (!(pid > 0)) return false;
    const { bytesWritten } = await file.write(text.replace(/^\d+/, String(NO_PROCESS)), 0);
    await file.truncate(bytesWritten);
    return false;
  } finally {
    await file.close();
  }
}

async function initialize({ binaries, cluster, identity, durable }: Cluster): Promise<void> {
  const unfinished = `${cluster}.new`;
  await removeTree(unfinished);
  await folderFor(unfinished, identity);
  const args = ['-D', unfinished, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  const flags = ['--no-instructions', ...(durable ? [] : ['--no-sync'])];
  const options = { carries: [dirname(binaries), unfinished], stopSignal: 'SIGTERM' } as const;
  const made = commandAs(identity, [join(binaries, 'initdb'), ...args, ...flags], options);
  const environment = { cwd: '/', env: bareEnvironment() };
  await promisify(execFile)(made.command, [...made.args], environment).catch((error: unknown) => {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new PlatformError(`initdb failed on ${unfinished}: ${stderr?.trim() || message}`, {
      cause: error,
    });
  });
  await rename(unfinished, cluster);
  await sync(dirname(cluster));
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
