import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { inject } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { startRuntime, type Ports, type Runtime } from '../../src/runtime/runtime.ts';
import { answerOf, NO_RATES, requestInit, type Answer, type CallOptions } from './call.ts';
import { testDatabase } from './database.ts';

export type { Answer, CallOptions };

/** An administrator's key that every test application knows. */
export const ADMIN_KEY = 'test-administrator-key-0123456789abcdef';

/** The whole service on a database of its own, called without a port. */
export interface TestApp {
  runtime: Runtime;
  /** As the database's owner; the service itself is a role that may do less. */
  databaseUrl: string;
  request: (path: string, init?: RequestInit) => Promise<Response>;
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  close: () => Promise<void>;
}

/** As a client over HTTP would say it. */
function withLength(init: RequestInit = {}): RequestInit {
  const headers = new Headers(init.headers);
  const { body } = init;
  const isWhole = typeof body === 'string' || ArrayBuffer.isView(body);
  if (!isWhole || headers.has('Transfer-Encoding') || headers.has('Content-Length')) return init;
  headers.set('Content-Length', String(Buffer.byteLength(body)));
  return { ...init, headers };
}

/** Starts the service; `environment` adds to or overrides its settings, `log` hears what it logs. */
export async function testApp(
  environment: NodeJS.ProcessEnv = {},
  log: Logger = pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  ports: Ports = {},
): Promise<TestApp> {
  const database = await testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-app-'));
  const config = readConfig({
    DATABASE_URL: database.servingUrl,
    CERBOS_TARGET: inject('cerbosTarget'),
    DATA_DIR: dataDir,
    POLICY_DIR: join(import.meta.dirname, '../../policies'),
    BOOTSTRAP_API_KEY: ADMIN_KEY,
    PUBLIC_URL: 'http://sparkgate.test',
    ...NO_RATES,
    ...environment,
  });
  const runtime = await startRuntime(config, log, ports);
  runtime.prepared({ demo: false });
  const app = createApp(runtime.services);
  const request = async (path: string, init?: RequestInit): Promise<Response> => app.request(path, withLength(init));
  return {
    runtime,
    databaseUrl: database.url,
    request,
    call: async (method, path, options = {}) =>
      answerOf(await request(path, requestInit(method, { key: ADMIN_KEY, ...options }))),
    close: async () => {
      await runtime.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
