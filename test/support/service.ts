import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answerOf, requestInit, type Answer, type CallOptions } from './call.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An administrator's key for services that are started with it. */
export const SERVICE_KEY = 'bootstrap-key-of-the-service-0123456789abcdef';

/** The service as a process of its own, with its own children. */
export interface Service {
  pid: number;
  url: string;
  dataDir: string;
  stdout: () => string;
  stderr: () => string;
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** Sends a signal; with `group`, to all of its process group, as Ctrl-C in a terminal does. */
  kill: (signal: NodeJS.Signals, to?: 'process' | 'group') => void;
  /** Its exit code, or the signal that ended it. */
  exit: Promise<number | NodeJS.Signals>;
}

interface Started {
  child: ChildProcess;
  family: Set<number>;
}

const started: Started[] = [];
const folders: string[] = [];

/** A folder that is removed by {@link cleanUp}. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-'));
  folders.push(folder);
  return folder;
}

/** Starts `node src/main.ts`, of this tree or another, and waits until it has said where it serves. */
export async function startService(environment: Record<string, string> = {}, tree = ROOT): Promise<Service> {
  const dataDir = environment['DATA_DIR'] ?? (await temporaryFolder());
  const { child, stdout, stderr, exit } = spawnService({ ...environment, DATA_DIR: dataDir }, tree);
  let over = false;
  void exit.then(() => (over = true));
  const url = await until(() => {
    if (over) throw new Error(`The service did not start: ${stderr()}`);
    if (!stdout().endsWith('\n\n')) return null;
    return /^Sparkgate serves at (\S+)$/m.exec(stdout())?.[1];
  });
  const pid = child.pid ?? 0;
  for (const it of descendants(pid)) started.find((one) => one.child === child)?.family.add(it);
  return {
    pid,
    url,
    dataDir,
    stdout,
    stderr,
    exit,
    call: async (method, path, options = {}) =>
      answerOf(await fetch(`${url}${path}`, requestInit(method, { key: SERVICE_KEY, ...options }))),
    kill: (signal, to = 'process') => void process.kill(to === 'group' ? -pid : pid, signal),
  };
}

/** What a start that cannot succeed says. */
export async function refusedStart(
  environment: Record<string, string>,
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
  const dataDir = environment['DATA_DIR'] ?? (await temporaryFolder());
  const { child, stdout, stderr, exit } = spawnService({ PORT: '0', ...environment, DATA_DIR: dataDir });
  let code: number | NodeJS.Signals | null = null;
  void exit.then((it) => (code = it));
  await until(() => code !== null || stdout().includes('Sparkgate serves'));
  if (child.exitCode === null) child.kill('SIGTERM');
  return { code: await exit, stdout: stdout(), stderr: stderr() };
}

function spawnService(environment: Record<string, string>, tree = ROOT) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: tree,
    // A process group of its own, so that Ctrl-C can be tried on it alone.
    detached: true,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (heard[stream] += chunk));
  }
  started.push({ child, family: new Set() });
  const exit = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | NodeJS.Signals);
  return { child, exit, stdout: () => heard.stdout, stderr: () => heard.stderr };
}

/** Ends whatever is left of the services of this file, and removes its folders. */
export async function cleanUp(): Promise<void> {
  for (const { child, family } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      // Its supervisor ends the rest.
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await until(() => [...family].every((pid) => !isAlive(pid)));
  }
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 20 })));
}

/** The numbers of all processes below one, by program name where one is given. */
export function descendants(pid: number, program?: string): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const below = (it: number): number[] =>
    [...parents].filter(([, parent]) => parent === it).flatMap(([child]) => [child, ...below(child)]);
  return below(pid).filter((it) => program === undefined || commandOf(it)[0]?.split('/').at(-1) === program);
}

function parentOf(pid: number): number {
  try {
    return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Whether a process runs. A zombie, which only waits for init, has no command line. */
export function isAlive(pid: number): boolean {
  return commandOf(pid)[0] !== undefined && commandOf(pid)[0] !== '';
}

/** The postmaster's number, as it wrote it down itself. */
export async function postmasterOf({ dataDir }: Service): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'pg/postmaster.pid'), 'utf8'), 10);
}

/** Waits, within bounds, for something to be so. */
export async function until<T>(so: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let round = 0; round < 3000; round += 1) {
    const value = await so();
    if (value) return value;
    await delay(20);
  }
  throw new Error(`It never came to be: ${String(so)}`);
}
