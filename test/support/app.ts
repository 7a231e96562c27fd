import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { inject } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import { startRuntime, type Ports, type Runtime } from '../../src/runtime/runtime.ts';
import { testDatabase } from './database.ts';

/** An administrator's key that every test application knows. */
export const ADMIN_KEY = 'test-administrator-key-0123456789abcdef';

/** Tests ask as fast as they can; those of the rates set their own. */
const NO_RATES = {
  CONSENT_RATE_PER_ADDRESS: '1000000',
  CONSENT_RATE_PER_API_KEY: '1000000',
  CONSENT_RATE_PER_ACCOUNT: '1000000',
  CONSENT_RATE_PER_BUSINESS_CENTER: '1000000',
};

export interface CallOptions {
  body?: unknown;
  /** `user:sam` or `tiktok_account:brand`. */
  actor?: string;
  /** The API key; null = none. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  body: any;
}

/** The whole service on a database of its own, called without a port. */
export interface TestApp {
  runtime: Runtime;
  /** As the database's owner; the service itself is a role that may do less. */
  databaseUrl: string;
  request: (path: string, init?: RequestInit) => Promise<Response>;
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  close: () => Promise<void>;
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
  const request = async (path: string, init?: RequestInit): Promise<Response> => app.request(path, init);
  return {
    runtime,
    databaseUrl: database.url,
    request,
    call: async (method, path, options = {}) => answerOf(await request(path, requestInit(method, options))),
    close: async () => {
      await runtime.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A JSON call as a service would make it. */
export function requestInit(method: string, { body, actor, key = ADMIN_KEY, headers = {} }: CallOptions): RequestInit {
  return {
    method,
    headers: {
      ...(key !== null && { Authorization: `Bearer ${key}` }),
      ...(actor !== undefined && { 'X-Actor': actor }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /json/.test(response.headers.get('Content-Type') ?? '');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
