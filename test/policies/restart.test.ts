import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import {
  cleanUp,
  descendants,
  refusedStart,
  SERVICE_KEY,
  startService,
  temporaryFolder,
  until,
  type Service,
} from '../support/service.ts';
import { smallBundle } from './small.ts';

afterAll(cleanUp);

const ROOT = join(import.meta.dirname, '../..');
const COMMENTED = 'resource_policies/note.yaml';

interface Stage {
  policies: string;
  environment: Record<string, string>;
  service: Service;
}

/** The service as a process of its own, on policies as few as can be, with what holds them. */
async function stage(): Promise<Stage> {
  const policies = join(await smallBundle(), 'policies');
  const environment = {
    POLICY_DIR: policies,
    DATA_DIR: await temporaryFolder(),
    DEMO: 'off',
    BOOTSTRAP_API_KEY: SERVICE_KEY,
    LOG_LEVEL: 'debug',
  };
  return { policies, environment, service: await startService(environment) };
}

const policyStatus = async (service: Service) => (await service.call('GET', '/v1/status')).body.policy;

/** A bundle that decides the same under another hash: a comment more. */
async function comment(policies: string, text: string): Promise<void> {
  await writeFile(join(policies, COMMENTED), `${await readFile(join(policies, COMMENTED), 'utf8')}# ${text}\n`);
}

async function sparkgate(environment: Record<string, string>, ...args: string[]) {
  const options = { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', ...environment } };
  return promisify(execFile)(process.execPath, ['src/cli.ts', 'policy', ...args], options).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

async function stop(service: Service): Promise<void> {
  service.kill('SIGTERM');
  expect(await service.exit).toBe(0);
}

async function decides(service: Service): Promise<string> {
  const { status, body } = await service.call('POST', '/access/v1/evaluation', {
    body: {
      subject: { type: 'user', id: 'sam' },
      action: { name: 'read' },
      resource: { type: 'note', id: '1', properties: { is_author: true } },
    },
  });
  expect({ status, decision: body.decision }).toEqual({ status: 200, decision: true });
  return body.context.policy;
}

test('a restart on broken policies keeps the last good ones, and says so; a mended folder decides again', async () => {
  const { policies, environment, service } = await stage();
  const good = await decides(service);
  await stop(service);
  await writeFile(join(policies, 'broken.yaml'), 'apiVersion: [a');
  const again = await startService(environment);
  expect(await decides(again)).toBe(good);
  expect(await policyStatus(again)).toMatchObject({
    policy: good,
    last_refusal: { over: 'compile', standing: true, message: expect.stringContaining('broken.yaml:1') },
  });
  expect(again.stderr()).toMatch(/"level":50.*policy bundle rejected.*/);
  await stop(again);

  await rm(join(policies, 'broken.yaml'));
  await comment(policies, 'mended while nothing ran');
  const mended = await startService(environment);
  expect(await decides(mended)).not.toBe(good);
  expect(await policyStatus(mended)).toMatchObject({ source: 'POLICY_DIR', last_refusal: null });

  await rm(policies, { recursive: true });
  await until(async () => (await policyStatus(mended)).last_refusal?.standing);
  const last = await decides(mended);
  await stop(mended);
  const without = await startService(environment);
  expect(await decides(without)).toBe(last);
  await stop(without);
});

test('the first start ever on broken policies is refused in the words of Cerbos', async () => {
  const policies = join(await temporaryFolder(), 'policies');
  await cp(join(ROOT, 'policies'), policies, { recursive: true });
  await writeFile(join(policies, 'broken.yaml'), 'apiVersion: [a');
  const { code, stderr } = await refusedStart({ POLICY_DIR: policies });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^sparkgate: .*broken\.yaml:1:\d+ /m) });
});

test('apply, status and rollback from the command line; what was applied outlives a restart', async () => {
  const { policies, environment, service } = await stage();
  const first = await decides(service);
  const other = join(await temporaryFolder(), 'policies');
  await cp(policies, other, { recursive: true });
  await comment(other, 'applied');
  const applied = await sparkgate(environment, 'apply', other);
  expect(applied).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining(`policy rollback brings ${first} back`),
  });
  const second = await decides(service);
  expect((await sparkgate(environment, 'hash', other)).stdout).toBe(`${second}\n`);
  expect(JSON.parse((await sparkgate(environment, 'status')).stdout)).toMatchObject({
    policy: second,
    previous: first,
    source: 'apply',
    swaps: 1,
  });
  // One Cerbos is left, on a copy that the folder's end does not touch.
  await until(() => descendants(service.pid, 'cerbos-linux-x64').length === 1);

  await writeFile(join(other, 'broken.yaml'), 'apiVersion: [a');
  expect(await sparkgate(environment, 'apply', other)).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/broken\.yaml:1:\d+ [\s\S]*goes on deciding/),
  });
  await rm(other, { recursive: true });
  await stop(service);
  expect(await sparkgate(environment, 'status')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No Sparkgate runs on DATA_DIR'),
  });

  const again = await startService(environment);
  expect(await decides(again)).toBe(second);
  expect(await policyStatus(again)).toMatchObject({ source: 'apply', last_refusal: null });
  expect((await sparkgate(environment, 'rollback')).code).toBe(0);
  expect(await decides(again)).toBe(first);
  await stop(again);
  const rolledBack = await startService(environment);
  expect(await decides(rolledBack)).toBe(first);

  // SIGHUP takes POLICY_DIR whatever was applied; here it holds what decides already.
  rolledBack.kill('SIGHUP');
  await until(async () => (await policyStatus(rolledBack)).source === 'POLICY_DIR');
  expect(await decides(rolledBack)).toBe(first);
  // A request's line names the bundle that it was decided by.
  await until(() =>
    new RegExp(`"policy":"${first}".*"route":"/access/v1/evaluation","status":200`).test(rolledBack.stderr()),
  );
  await stop(rolledBack);
});

test('SIGHUP brings POLICY_DIR back after apply', async () => {
  const { policies, environment, service } = await stage();
  const first = await decides(service);
  const other = join(await temporaryFolder(), 'policies');
  await cp(policies, other, { recursive: true });
  await comment(other, 'for a while');
  await sparkgate(environment, 'apply', other);
  expect(await decides(service)).not.toBe(first);
  service.kill('SIGHUP');
  await until(async () => (await decides(service)) === first);
  await stop(service);
});

test('half-written folders: editors that truncate, rename and write in pieces, and a folder that is replaced as a whole', async () => {
  const { policies, service } = await stage();
  const path = join(policies, 'resource_policies/sparkgate_service.yaml');
  const text = await readFile(path, 'utf8');
  let expected = await decides(service);
  const seen = new Set([expected]);
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) seen.add(await decides(service));
  })();
  const settles = async (): Promise<void> => {
    await until(async () => (await decides(service)) !== expected);
    expected = await decides(service);
  };

  // Truncated, and written piece by piece.
  await writeFile(path, '');
  const whole = `${text}# written in pieces\n`;
  for (let at = 0; at < whole.length; at += 2000) {
    await writeFile(path, whole.slice(at, at + 2000), { flag: 'a' });
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await settles();

  // Written beside it and renamed over it, with a backup left lying around.
  await writeFile(`${path}~`, text);
  await writeFile(join(policies, 'resource_policies/.sparkgate_service.yaml.swp'), 'not a policy');
  await writeFile(`${path}.tmp`, `${text}# renamed\n`);
  await rename(`${path}.tmp`, path);
  await settles();

  // The folder itself replaced, as a deployment does.
  const next = `${policies}.next`;
  await mkdir(next);
  await cp(policies, next, { recursive: true });
  await comment(next, 'deployed');
  await rename(policies, `${policies}.old`);
  await rename(next, policies);
  await settles();

  over.abort();
  await asking;
  // Each save became one bundle, and nothing between two saves ever decided.
  expect(seen.size).toBe(4);
  expect((await policyStatus(service)).last_refusal?.standing ?? false).toBe(false);
  await stop(service);
});
