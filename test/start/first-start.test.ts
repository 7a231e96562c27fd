import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import {
  cleanUp,
  descendants,
  isAlive,
  refusedStart,
  SERVICE_KEY,
  startService,
  temporaryFolder,
  until,
  type Service,
} from '../support/service.ts';

afterAll(cleanUp);

const REPOSITORY = join(import.meta.dirname, '../..');

/** What a newcomer would paste. */
function curlOf(service: Service): string {
  const [, curl] = /\n(curl [^]*?)\n\n/.exec(service.stdout()) ?? [];
  if (curl === undefined) throw new Error(`no curl in ${service.stdout()}`);
  return curl;
}

async function paste(command: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: REPOSITORY });
  return JSON.parse(stdout);
}

/** Under which roles a service is connected to its embedded database. */
async function rolesAt(dataDir: string): Promise<string[]> {
  const client = new pg.Client({ host: join(dataDir, 'run/pg'), user: 'postgres', database: 'postgres' });
  await client.connect();
  const { rows } = await client.query<{ role: string }>(
    `select distinct usename as role from pg_stat_activity where application_name like 'sparkgate%'`,
  );
  await client.end();
  return rows.map(({ role }) => role);
}

/** The number of the last write. */
async function writtenIn(service: Service, key: string): Promise<number> {
  const { body } = await service.call('GET', '/v1/audit?limit=200', { key });
  expect(body.next_cursor).toBeNull();
  return Number(body.items.at(-1)?.seq ?? 0);
}

/** The flow from the request to the decision; the secrets that it came across. */
async function wholeFlow(service: Service, key: string): Promise<string[]> {
  const call: Service['call'] = async (method, path, options) => service.call(method, path, { key, ...options });
  const member = await call('PUT', '/v1/business-centers/bc2/members/eve', { body: { user_role: 'ADMIN' } });
  expect(member.status).toBe(200);
  const asked = await call('POST', '/v1/business-centers/bc2/access-requests', {
    actor: 'user:eve',
    body: { scopes: ['POST'] },
  });
  expect(asked.status).toBe(201);
  const token = String(asked.body.consent_url).split('/').at(-1) ?? '';
  const picture = `/v1/business-centers/bc2/access-requests/${asked.body.id}/qr.svg`;
  expect((await call('GET', picture, { actor: 'user:eve' })).status).toBe(200);
  const owner = { actor: 'tiktok_account:other' };
  expect((await call('GET', `/v1/consents/${token}`, owner)).status).toBe(200);
  expect((await call('POST', `/v1/consents/${token}/approve`, owner)).status).toBe(200);
  expect((await call('POST', `/v1/consents/${token}/approve`, owner)).status).toBe(404);
  expect((await call('PUT', `/v1/consents/${token}/elsewhere`, owner)).status).toBe(404);
  const made = await call('POST', '/v1/api-keys', { body: { name: 'checker', permissions: ['check'] } });
  expect(made.status).toBe(201);
  expect((await call('GET', '/v1/audit', { key: made.body.key })).status).toBe(403);
  const stranger = 'sgk_not-a-key-but-something-that-somebody-sent';
  expect((await call('GET', '/v1/audit', { key: stranger })).status).toBe(401);
  const basic = 'Basic YWRtaW46dG9wLXNlY3JldA==';
  expect((await call('GET', '/v1/audit', { headers: { Authorization: basic } })).status).toBe(401);
  return [key, token, made.body.key, stranger, basic];
}

/** Neither the secret itself nor a telling part of it. */
function expectNoSecret(service: Service, secrets: readonly string[]): void {
  for (const secret of secrets) {
    expect(service.stdout() + service.stderr()).not.toContain(secret);
    expect(service.stdout() + service.stderr()).not.toContain(secret.slice(-20));
  }
}

test('a first start shows what is there; a second one keeps it', async () => {
  const dataDir = join(await temporaryFolder(), "a newcomer's data");
  const first = await startService({ DATA_DIR: dataDir, LOG_LEVEL: 'trace' });
  const file = join(dataDir, 'api-key');
  expect(first.stdout()).toContain(`Sparkgate serves at ${first.url}\n`);
  expect(first.stdout()).toContain(`api-key (administrator)\n  data               ${dataDir}\n`);
  expect(first.stdout()).toContain(`DATA_DIR='${dataDir.replace("'", "'\\''")}' npx sparkgate demo\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await paste(curlOf(first))).toMatchObject({ decision: true, context: { via: 'BUSINESS_CENTER' } });

  const key = (await readFile(file, 'utf8')).trim();
  const secrets = await wholeFlow(first, key);
  const renamed = await first.call('PUT', '/v1/business-centers/bc1', { key, body: { name: 'Renamed Agency' } });
  expect(renamed.status).toBe(200);
  const written = await writtenIn(first, key);
  expect(await rolesAt(dataDir)).toEqual(['sparkgate_serve']);
  const children = descendants(first.pid);
  expect(children.length).toBeGreaterThan(3);
  first.kill('SIGINT', 'group');
  expect(await first.exit).toBe(0);
  expect(children.filter(isAlive)).toEqual([]);
  expect(first.stderr()).toContain('"msg":"request"');
  expect(first.stderr()).not.toMatch(/"level":(?:40|50|60)/);
  expectNoSecret(first, secrets);

  const second = await startService({ DATA_DIR: dataDir, PUBLIC_URL: 'https://sparkgate.example' });
  expect(second.stdout()).toContain('public address     https://sparkgate.example\n');
  expect((await readFile(file, 'utf8')).trim()).toBe(key);
  expect(await writtenIn(second, key)).toBe(written);
  expect(await paste(curlOf(second))).toMatchObject({
    decision: true,
  });
  const discovered = await second.call('GET', '/.well-known/authzen-configuration', { key: null });
  expect(discovered.body).toMatchObject({
    policy_decision_point: 'https://sparkgate.example',
    access_evaluation_endpoint: 'https://sparkgate.example/access/v1/evaluation',
  });
  const asked = await second.call('POST', '/v1/business-centers/bc1/access-requests', {
    key,
    actor: 'user:adm',
    body: { scopes: ['LIVE'] },
  });
  expect(asked.body.consent_url).toMatch(/^https:\/\/sparkgate\.example\/consent\/[\w-]{43}$/);

  const third = await refusedStart({ DATA_DIR: dataDir });
  expect(third).toEqual({
    code: 1,
    stdout: '',
    stderr: `sparkgate: DATA_DIR ${dataDir} is in use by another Sparkgate process; stop that one or choose another DATA_DIR.\n`,
  });
  expect(await writtenIn(second, key)).toBe(written + 1);

  // A key that was revoked is not shown as one that opens.
  const made = await second.call('POST', '/v1/api-keys', { key, body: { name: 'other', permissions: ['admin'] } });
  const [, hex = ''] = /^sg_([0-9a-f]{32})_/.exec(key) ?? [];
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  expect((await second.call('DELETE', `/v1/api-keys/${id}`, { key: made.body.key })).status).toBe(204);
  second.kill('SIGTERM');
  expect(await second.exit).toBe(0);
  const fourth = await startService({ DATA_DIR: dataDir });
  const [, command = ''] =
    /api-key holds no administrator's key that counts; make one: (.*)\n/.exec(fourth.stdout()) ?? [];
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: REPOSITORY });
  expect((await fourth.call('GET', '/v1/api-keys', { key: stdout.trim() })).status).toBe(200);
  expect(fourth.stdout()).not.toContain('(administrator)');
  expect(curlOf(fourth)).toContain('Bearer $SPARKGATE_API_KEY');
});

test('without the demo, nothing is there, and a key of our own makes no key file', async () => {
  const service = await startService({ DEMO: 'off', BOOTSTRAP_API_KEY: SERVICE_KEY, LOG_LEVEL: 'trace' });
  expect(existsSync(join(service.dataDir, 'api-key'))).toBe(false);
  expect(service.stdout()).not.toContain('curl');
  const trail = await service.call('GET', '/v1/audit');
  const taken = [{ event: 'policy.first_start', flags: ['NOT_TESTED'] }];
  expect(trail).toMatchObject({ status: 200, body: { items: taken, next_cursor: null } });
  expect(await writtenIn(service, SERVICE_KEY)).toBe(1);

  const children = descendants(service.pid);
  service.kill('SIGTERM', 'group');
  expect(await service.exit).toBe(0);
  await until(() => !children.some(isAlive));
  expectNoSecret(service, [SERVICE_KEY]);
});
