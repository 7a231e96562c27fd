import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** A process left over by a crash, known by its program and by one argument that only ours has. */
export type Trace = { readonly program: string; readonly argument: string };

/** Stops processes that outlived their supervisor, so that what they hold is free; resolves when they are gone. */
export async function stopOrphans(trace: Trace, signal: NodeJS.Signals): Promise<void> {
  const found = await matching(trace);
  await Promise.all(found.map((pid) => end(pid, trace, signal)));
}

async function matching(trace: Trace): Promise<number[]> {
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const matches = await Promise.all(numbers.map((pid) => isTraced(pid, trace)));
  return numbers.filter((pid, index) => matches[index] && pid !== process.pid);
}

async function isTraced(pid: number, { program, argument }: Trace): Promise<boolean> {
  const [command = '', ...args] = await commandLine(pid);
  return basename(command) === program && args.includes(argument);
}

/** The name of the program that a process runs; empty when there is none, or only a zombie. */
export async function programOf(pid: number): Promise<string> {
  return basename((await commandLine(pid))[0] ?? '');
}

async function commandLine(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
}

async function end(pid: number, trace: Trace, signal: NodeJS.Signals): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  send(pid, signal);
  // The command line is read again each time, since the number may come to name another process.
  while (await isTraced(pid, trace)) {
    if (Date.now() > deadline) send(pid, 'SIGKILL');
    await delay(POLL_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
