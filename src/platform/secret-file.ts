import { open, readFile, rename, rm } from 'node:fs/promises';
import { PlatformError } from './platform-error.ts';

/** Reads a secret from a file that only its owner may read, and makes it where there is none or an empty one. @throws PlatformError */
export async function secretFile(path: string, make: () => Promise<string> | string): Promise<string> {
  const known = await readSecret(path);
  if (known !== null) return known;
  const secret = await make();
  await write(path, `${secret}\n`);
  return secret;
}

/** Whole or not at all: a disk that is full, or a crash, leaves no file that is empty. */
async function write(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await rename(unfinished, path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PlatformError(`${path} cannot be written (${code}): see whether the disk is full.`, { cause });
  } finally {
    await file.close();
  }
}

/** The secret in a file, or null when there is none. @throws PlatformError when it cannot be read */
export async function readSecret(path: string): Promise<string | null> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    return secret === '' ? null : secret;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new PlatformError(`${path} cannot be read (${code}): make it a file that this user may read.`, {
      cause: error,
    });
  }
}
