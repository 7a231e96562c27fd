import { constants } from 'node:fs';
import { lstat, open, readdir, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { PlatformError } from './platform-error.ts';

/*
 * Folders that belong to another user are walked by file descriptors: while root looks, that user may put a link in the
 * place of anything. `/proc/self/fd/N/name` opens a name in the folder that was opened, wherever that is by now, as
 * openat(2) does, which Node lacks.
 */

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
// Without waiting for the other end of a pipe that lies where a file was.
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Somebody who is being stopped may still be writing for a moment: one second in all. */
const ATTEMPTS = 20;
const PAUSE_MS = 50;

/** Removes a file, a link, or a folder with all that is in it. Follows no link. What is not there is removed already. */
export async function removeTree(path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await removeOnce(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'ENOTEMPTY' || attempt === ATTEMPTS) throw error;
      await delay(PAUSE_MS);
    }
  }
}

async function removeOnce(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return unlink(path);
  const folder = await open(path, FOLDER);
  try {
    for (const name of await readdir(within(folder))) await removeTree(within(folder, name));
  } finally {
    await folder.close();
  }
  await rmdir(path);
}

/** A user and its group. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives a folder and all files in it from one user to another. Links stay whose they were, and nothing changes hands
 * that is not the former owner's or has another name elsewhere. The folder itself comes last: its owner tells whether
 * all was done.
 * @throws PlatformError when something in it belongs to a third
 */
export async function giveTree(path: string, from: number, to: Owner): Promise<void> {
  const folder = await open(path, FOLDER);
  try {
    for (const entry of await readdir(within(folder), { withFileTypes: true })) {
      const name = within(folder, entry.name);
      if (entry.isDirectory()) await giveTree(name, from, to);
      else if (entry.isFile()) await giveFile(name, from, to);
    }
    await give(folder, from, to);
  } finally {
    await folder.close();
  }
}

async function giveFile(path: string, from: number, to: Owner): Promise<void> {
  const file = await open(path, FILE);
  try {
    await give(file, from, to);
  } finally {
    await file.close();
  }
}

/** Of what is open: whatever its name leads to by now. */
async function give(opened: FileHandle, from: number, to: Owner): Promise<void> {
  const found = await opened.stat();
  if (found.uid === to.uid) return;
  if (found.uid !== from || (found.isFile() && found.nlink > 1)) {
    throw new PlatformError('Something in it belongs to another user, or has a second name elsewhere.');
  }
  await opened.chown(to.uid, to.gid);
}

function within(folder: FileHandle, name = ''): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}
