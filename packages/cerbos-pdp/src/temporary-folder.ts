import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();
let isHeard = false;

/**
 * A new folder for a while. Who makes it calls {@link removeTemporary}; what is left when the process ends, by a signal
 * that it hears or by an error, goes then.
 */
export async function temporaryFolder(prefix: string): Promise<string> {
  if (!isHeard) process.once('exit', removeAll);
  isHeard = true;
  const folder = await mkdtemp(join(tmpdir(), prefix));
  made.add(folder);
  return folder;
}

/** Takes a folder away that was made for a while, with all that is in it. */
export async function removeTemporary(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  made.delete(folder);
}

/** Lets signals end the process as an error does, and not at once: a program calls it that has no other use for them. */
export function endOnSignals(): void {
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(code));
  }
}

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
