import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { onTestFinished, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

export type Heard = Record<string, unknown> & { type: string; name?: string; pid?: number };
export type Up = {
  postgres: { host: string; port: number; user: string; owner: string; database: string; created: boolean };
  cerbos: { target: string };
};

export const isRoot = process.getuid?.() === 0;

/** A folder of the test's own, 0700 like any mkdtemp. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sg-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** A folder in which the users of servers can reach what is theirs. */
export function reachableFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** A folder with one small policy, which only this user can read unless it is opened. */
export function policyFolder(rule = 'roles: ["user"]'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sg-policies-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'resource_policies'));
  const policy = [
    'apiVersion: api.cerbos.dev/v1',
    'resourcePolicy:',
    '  resource: document',
    '  version: default',
    '  rules:',
    `    - {actions: ["read"], effect: EFFECT_ALLOW, ${rule}}`,
  ];
  writeFileSync(join(folder, 'resource_policies', 'document.yaml'), policy.join('\n'));
  return folder;
}

/** The same, readable by everybody. */
export function openPolicyFolder(): string {
  const folder = policyFolder();
  for (const path of [folder, join(folder, 'resource_policies')]) chmodSync(path, 0o755);
  return folder;
}

/** Starts a holder process; everything it started is gone when the test ends. */
export function startHolder(
  dataDir: string,
  policyDir: string,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
) {
  const program = join(import.meta.dirname, 'holder.ts');
  const child = spawn(process.execPath, [program, dataDir, policyDir], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const heard: Heard[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => heard.push(JSON.parse(line)));
  const exited = once(child, 'exit');
  const pids = (name?: string) =>
    heard.flatMap((e) => (e.type === 'started' && (name === undefined || e.name === name) ? [Number(e.pid)] : []));
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  const gone = () => until(() => pids().every((pid) => !isAlive(pid)));
  onTestFinished(async () => {
    await kill('SIGTERM');
    await gone();
  });
  return {
    pid: child.pid ?? 0,
    pids,
    kill,
    gone,
    heard,
    /** The latest process of this name. */
    pidOf: (name: string) => pids(name).at(-1) ?? 0,
    restarted: (name: string, times = 1) => until(() => pids(name).length > times),
    up: async () => {
      const line = await until(() => heard.find((e) => e.type === 'up' || e.type === 'refused'));
      if (line.type === 'refused') throw new Error(String(line['message']));
      return line as unknown as Up;
    },
    refused: () => until(() => heard.find((event) => event.type === 'refused')),
  };
}

/** Waits, within bounds, for something to be so. */
export async function until<T>(so: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let round = 0; round < 2500; round++) {
    const value = await so();
    if (value) return value;
    await delay(20);
  }
  throw new Error(`It never came to be: ${String(so)}`);
}

export function isAlive(pid: number): boolean {
  // A zombie, which only waits for init, has no command line.
  const commandLine = `/proc/${pid}/cmdline`;
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8') !== '';
}

/** Runs a statement as the owner of the database. */
export async function sql(postgres: Up['postgres'], text: string): Promise<unknown[]> {
  const { host, port, owner, database } = postgres;
  const client = new Client({ host, port, user: owner, database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

/** The same, once the server is back. */
export function eventually(postgres: Up['postgres'], text: string): Promise<unknown[]> {
  return until(() => sql(postgres, text).catch(() => undefined));
}

/** Whether the Cerbos behind this gRPC target says that it is serving. */
export function isServing({ target }: Up['cerbos']): Promise<boolean> {
  const socketPath = target.replace(/^unix:/, '').replace(/grpc\.sock$/, 'http.sock');
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_cerbos/health' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('error', () => resolve(false)).end();
  });
}
