import { execFile } from 'node:child_process';
import { lchown, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bareEnvironment } from './child-protocol.ts';
import { commandAs, makePrivateFolder, ownerOf, type Identity } from './identity.ts';
import { dyingWithParent } from './parent-death.ts';
import { programOf } from './orphans.ts';
import { PlatformError } from './platform-error.ts';

/** Larger than any process number of Linux. */
const NO_PROCESS = 2_147_483_647;

/** The files of a PostgreSQL server. */
export type Cluster = {
  readonly initdb: string;
  /** Their folder. */
  readonly cluster: string;
  readonly identity: Identity;
  readonly durable: boolean;
};

/** Makes the cluster once, whole or not at all, and gives it to the identity of this start. */
export async function ensureCluster(options: Cluster): Promise<void> {
  const owner = await stat(options.cluster).catch(() => undefined);
  if (owner === undefined) return initialize(options);
  const wanted = ownerOf(options.identity);
  if (owner.uid === wanted.uid) return;
  await give(options.cluster, wanted).catch((cause: unknown) => {
    throw new PlatformError(
      `${options.cluster} belongs to the user ${owner.uid}; start Sparkgate as that user or as root, or choose another DATA_DIR.`,
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
  const file = join(cluster, 'postmaster.pid');
  const lock = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(lock, 10);
  if ((await programOf(pid)) === 'postgres') return;
  if (pid > 0) await writeFile(file, lock.replace(/^\d+/, String(NO_PROCESS)));
  const socket = join(socketFolder, '.s.PGSQL.5432');
  await Promise.all([socket, `${socket}.lock`].map((path) => rm(path, { force: true })));
}

async function initialize({ initdb, cluster, identity, durable }: Cluster): Promise<void> {
  const unfinished = `${cluster}.new`;
  // An initdb whose starter was killed may still be writing for a moment.
  await rm(unfinished, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  await makePrivateFolder(unfinished, identity);
  const args = ['-D', unfinished, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  const flags = ['--no-instructions', ...(durable ? [] : ['--no-sync'])];
  const { command, args: all, ...ids } = commandAs(identity, initdb, [...args, ...flags]);
  const wrapped = dyingWithParent('SIGTERM', command, all);
  const options = { ...ids, cwd: '/', env: bareEnvironment() };
  await promisify(execFile)(wrapped.command, wrapped.args, options).catch((error: unknown) => {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new PlatformError(`initdb failed on ${unfinished}: ${stderr?.trim() || message}`, {
      cause: error,
    });
  });
  await rename(unfinished, cluster);
  await sync(dirname(cluster));
}

// The folder itself comes last: its owner tells whether an earlier change was completed.
async function give(path: string, owner: { uid: number; gid: number }): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) {
    const child = join(path, entry.name);
    await (entry.isDirectory() ? give(child, owner) : lchown(child, owner.uid, owner.gid));
  }
  await lchown(path, owner.uid, owner.gid);
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
