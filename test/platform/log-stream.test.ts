import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'logging.ts');

/** So long, in milliseconds, a program may take to end. */
const PATIENCE = 20_000;

test.each([
  ['a pipe', '3> >(exec sleep 30)'],
  ['a socket', ''],
])('with its log to %s whose reader has stopped a program drops lines, and ends', async (_, redirection) => {
  const child = spawn('bash', ['-c', `exec "$0" "$1" ${redirection}`, process.execPath, PROGRAM], {
    // The fourth is a socket that nobody reads.
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    // A group of its own, so that whoever reads the pipe ends with it.
    detached: true,
  });
  const unread = child.stdio[3] as Readable;
  unread.pause();
  const gone = once(child, 'exit');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const [dropped] = await once(child.stdout as Readable, 'data');
  expect(Number(String(dropped))).toBeGreaterThan(0);
  expect(await gone).toEqual([0, null]);
  clearTimeout(giveUp);
  unread.destroy();
  child.stdout?.destroy();
  endGroup(child.pid);
});

/** Whoever is left of it; it may be nobody. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
