import type { Stats } from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOf, type Identity } from './identity.ts';
import { PlatformError } from './platform-error.ts';
import { removeTree } from './tree.ts';

/**
 * Folders have one owner each. The service makes them below folders of its own, so that nobody can put a link into the
 * way, and writes nothing into those that belong to a server it started.
 */

/**
 * Makes a folder of ours, and lets nobody else write to it: Kubernetes opens what it finds in a volume to a group.
 * @throws PlatformError when something else is there: a link, or a folder that is somebody else's or everybody's
 */
export async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o002) !== 0) {
    throw new PlatformError(`${path} must be a directory that only this user may write to; remove it.`);
  }
  if ((found.mode & 0o020) !== 0) await chmod(path, found.mode & 0o755);
}

/** Makes a folder for an identity alone. One that belongs to somebody else is removed with all that is in it. */
export async function folderFor(path: string, identity: Identity): Promise<void> {
  const owner = ownerOf(identity);
  await replaceUnless(path, (found) => found.isDirectory() && found.uid === owner.uid);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (identity.account) await chown(path, owner.uid, owner.gid);
}

/**
 * Makes a folder of ours, which an identity with a user of its own may pass without listing it. One that belongs to
 * somebody else is removed with all that is in it.
 */
export async function folderPassedBy(path: string, { account }: Identity): Promise<void> {
  await replaceUnless(path, (found) => found.isDirectory() && found.uid === process.getuid?.());
  await mkdir(path, { recursive: true, mode: 0o700 });
  await openTo(path, account?.gid ?? null);
}

/** Lets a group, and nobody else, pass through a folder of ours without listing it. */
export async function openTo(folder: string, group: number | null): Promise<void> {
  if (group === null) return chmod(folder, 0o700);
  await chown(folder, process.getuid?.() ?? -1, group);
  await chmod(folder, 0o710);
}

/** Lets a group, and nobody else, read a file or all of a folder of ours, whatever the umask made of it. */
export async function share(path: string, group: number | null): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  if (group !== null) await chown(path, process.getuid?.() ?? -1, group);
  const forGroup = group === null ? 0 : 0o040;
  if (!found.isDirectory()) return chmod(path, 0o600 | forGroup);
  await chmod(path, 0o700 | forGroup | (forGroup >> 2));
  for (const name of await readdir(path)) await share(join(path, name), group);
}

async function replaceUnless(path: string, right: (found: Stats) => boolean): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  if (found && !right(found)) await removeTree(path);
}
