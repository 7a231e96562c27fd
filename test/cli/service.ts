import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'src/cli.ts');

/** What a command printed, and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real service, started from the command line on a folder of its own, with commands beside it. */
export interface CliService {
  url: string;
  dataDir: string;
  sparkgate: (...args: string[]) => Promise<Ended>;
  bash: (script: string) => Promise<Ended>;
  stop: () => Promise<number | null>;
}

export async function cliService(): Promise<CliService> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-cli-'));
  const started = spawn(process.execPath, [CLI, 'serve'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(started);
  // The commands find the service by its data directory.
  const env = { ...process.env, DATA_DIR: dataDir };
  return {
    url,
    dataDir,
    sparkgate: async (...args) => run(process.execPath, [CLI, ...args], env),
    bash: async (script) =>
      run('bash', ['--norc', '-euo', 'pipefail', '-c', script], { ...env, PORT: new URL(url).port }),
    stop: async () => {
      const gone = once(started, 'exit');
      started.kill('SIGTERM');
      const [code] = await gone;
      await rm(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output to read');
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /serves at (\S+)/.exec(line) ?? [];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('the service ended before it served');
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: ROOT, env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error) {
      return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
    }
    throw error;
  }
}
