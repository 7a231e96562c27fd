import { open, readFile } from 'node:fs/promises';
import { PlatformError } from './platform-error.ts';

/** Reads a secret from a file that only its owner may read, and makes it at the first time. @throws PlatformError */
export async function secretFile(path: string, make: () => Promise<string> | string): Promise<string> {
  const known = await readSecret(path);
  if (known !== null) return known;
  const secret = await make();
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return secret;
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
