import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const KEY = 'bootstrap-key-of-the-benchmark-0123456789ab';

/** A service that runs, as `npm start` runs it, on a data directory of its own. */
export interface StartedService extends AsyncDisposable {
  url: string;
  folder: string;
  pid: number;
}

/** @param tree the folder of the sources @param settings beside those of a benchmark */
export async function startService(tree: string, settings: Record<string, string> = {}): Promise<StartedService> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkgate-bench-'));
  const service = spawn(process.execPath, ['src/main.ts'], {
    cwd: resolve(tree),
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DEMO: 'off',
      LOG_LEVEL: 'warn',
      DATA_DIR: folder,
      BOOTSTRAP_API_KEY: KEY,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    url: await addressOf(service.stdout),
    folder,
    pid: service.pid!,
    async [Symbol.asyncDispose]() {
      service.kill('SIGTERM');
      if (service.exitCode === null) await once(service, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    const [, url] = /^Sparkgate serves at (\S+)$/m.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the service did not start: ${text}`);
}

/** How long calls took, in milliseconds. */
export function percentiles(times: readonly number[]): { p50: string; p99: string; max: string } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
