import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callCommand } from '../../src/platform/control-socket.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import type { PolicyChange } from '../../src/rollout/policy-service.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { policiesWith, type OtherPolicies } from '../support/policy-dir.ts';
import {
  cleanUp,
  descendants,
  isAlive,
  refusedStart,
  SERVICE_KEY,
  startService,
  until,
  type Service,
} from '../support/service.ts';

// Several processes answer on one port, as one service.

const WORKERS = 3;
const ROUNDS = 30;

let database: TestDatabase;
let policies: OtherPolicies;
let service: Service;
beforeAll(async () => {
  [database, policies] = await Promise.all([testDatabase(), policiesWith()]);
  service = await startService({
    DATABASE_URL: database.servingUrl,
    POLICY_DIR: policies.environment.POLICY_DIR,
    POLICY_TESTS_DIR: join(import.meta.dirname, '../../policy-tests'),
    BOOTSTRAP_API_KEY: SERVICE_KEY,
    DEMO: 'on',
    WORKERS: String(WORKERS),
    LOG_LEVEL: 'debug',
    CONSENT_RATE_PER_ACCOUNT: '10',
  });
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
  await policies.remove();
});

interface Told {
  status: number;
  text: string;
}

/** A call on a connection of its own, which goes to the worker whose turn it is. */
async function fresh(
  method: string,
  path: string,
  { body, key = SERVICE_KEY, actor = '' } = {} as Asked,
): Promise<Told> {
  const headers = {
    Authorization: `Bearer ${key}`,
    ...(actor !== '' && { 'X-Actor': actor }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  const asked = request(`${service.url}${path}`, { method, headers, agent: false });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, text };
}

interface Asked {
  body?: unknown;
  key?: string;
  actor?: string;
}

const CHECK = {
  subject: { type: 'user', id: 'sam' },
  action: { name: 'create_spark_ad', properties: { advertiser_id: 'adv1' } },
  resource: { type: 'tiktok_account', id: 'brand' },
};

const check = async (key?: string): Promise<Told> =>
  fresh('POST', '/access/v1/evaluation', { body: CHECK, ...(key !== undefined && { key }) });

/** What each of many calls comes to, one after the other and each on its own connection. */
async function often<T>(call: () => Promise<T>): Promise<T[]> {
  const all = [];
  for (let round = 0; round < ROUNDS; round += 1) all.push(await call());
  return all;
}

const policyOf = ({ text }: Told): string => (JSON.parse(text) as { context: { policy: string } }).context.policy;

const workers = (): number[] => descendants(service.pid, 'node').filter((pid) => answers(pid));
/** Those that answer say so in the log of their requests. */
const answers = (pid: number): boolean => service.stderr().includes(`"pid":${pid},`) && pid !== service.pid;

test('all of them answer on one port, and their metrics add up', async () => {
  const told = await often(check);
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([200]));
  const { text } = await fresh('GET', '/metrics');
  expect(text).toMatch(
    new RegExp(`^sparkgate_http_request_duration_seconds_count\\{.*evaluation",status="200"\\} ${ROUNDS}$`, 'm'),
  );
  expect(text).toMatch(/^sparkgate_policy_info\{.*\} 1$/m);
  expect(workers()).toHaveLength(WORKERS);
});

test('a new bundle holds for all of them once the change is answered, and so does going back', async () => {
  const before = policyOf(await check());
  const next = await policiesWith();
  try {
    const folder = next.environment.POLICY_DIR;
    await appendFile(join(folder, 'resource_policies/tiktok_account.yaml'), '\n# as before\n');
    const sockets = await runDir(service.dataDir);
    const change = (await callCommand(sockets, 'apply', folder)) as PolicyChange;
    expect(change).toMatchObject({ outcome: 'activated' });
    expect(new Set((await often(check)).map(policyOf))).toEqual(new Set([change.status.policy]));
    const { text } = await fresh('GET', '/v1/status');
    expect(JSON.parse(text)).toMatchObject({ policy: { policy: change.status.policy, previous: before, swaps: 1 } });
    // The Cerbos of the bundle before ends once no worker asks it any more.
    await until(() => descendants(service.pid, 'cerbos-linux-x64').length === 1);
    await callCommand(sockets, 'rollback');
    expect(new Set((await often(check)).map(policyOf))).toEqual(new Set([before]));
  } finally {
    await next.remove();
  }
});

test('a key that was revoked opens nothing at any of them', async () => {
  const made = await fresh('POST', '/v1/api-keys', { body: { name: 'checker', permissions: ['check'] } });
  const { id, key } = JSON.parse(made.text) as { id: string; key: string };
  expect(new Set((await often(async () => check(key))).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await fresh('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
  expect(new Set((await often(async () => check(key))).map(({ status }) => status))).toEqual(new Set([401]));
});

test('rates are counted over all of them', async () => {
  const looks = await often(async () => fresh('GET', '/v1/consents/none', { actor: 'tiktok_account:brand' }));
  expect(looks.filter(({ status }) => status === 404)).toHaveLength(10);
  expect(looks.filter(({ status }) => status === 429)).toHaveLength(ROUNDS - 10);
});

test('one that dies is replaced by one that decides as the others do', async () => {
  const [first = 0] = workers();
  const kept = policyOf(await check());
  process.kill(first, 'SIGKILL');
  // Until then connections may still reach what is about to end.
  await until(() => service.stderr().includes('a worker has ended'));
  expect(new Set((await often(check)).map(({ status }) => status))).toEqual(new Set([200]));
  await until(async () => {
    await fresh('GET', '/v1/status');
    return workers().filter((pid) => isAlive(pid)).length === WORKERS;
  });
  expect(new Set((await often(check)).map(policyOf))).toEqual(new Set([kept]));
});

/** A check of which the service has read the head, and waits for the rest. */
async function halfSent(): Promise<() => Promise<number>> {
  const headers = {
    Authorization: `Bearer ${SERVICE_KEY}`,
    'Content-Type': 'application/json',
    Expect: '100-continue',
  };
  const asked = request(`${service.url}/access/v1/evaluation`, { method: 'POST', headers, agent: false });
  asked.flushHeaders();
  await once(asked, 'continue');
  return async () => {
    const answered = once(asked, 'response');
    asked.end(JSON.stringify(CHECK));
    const [answer] = (await answered) as [{ statusCode: number; resume: () => void }];
    answer.resume();
    return answer.statusCode;
  };
}

test('what is under way when the service is told to end is finished, and nothing is left behind', async () => {
  const family = descendants(service.pid);
  const halves = await Promise.all(Array.from({ length: ROUNDS }, halfSent));
  service.kill('SIGTERM', 'group');
  await until(() => service.stderr().includes('"draining"'));
  const statuses = await Promise.all(halves.map(async (finish) => finish()));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await service.exit).toBe(0);
  await until(() => family.every((pid) => !isAlive(pid)));
});

test('what hinders all of them is said once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await refusedStart({
    DATABASE_URL: database.servingUrl,
    PORT: String(port),
    WORKERS: '2',
    LOG_LEVEL: 'silent',
  });
  server.close();
  expect(stderr).toBe(`sparkgate: HOST and PORT 127.0.0.1:${port} cannot be used: another program listens there.\n`);
  expect(code).toBe(1);
});
