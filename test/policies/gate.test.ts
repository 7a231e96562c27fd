import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { PolicyStatus } from '../../src/rollout/journal.ts';
import type { PolicyChange } from '../../src/rollout/policy-service.ts';
import { callCommand } from '../../src/platform/control-socket.ts';
import { runDir } from '../../src/platform/data-dir.ts';
import { inProcess } from '../../packages/policy-workbench/test/in-process.ts';
import { policyCommand } from '../../src/cli/policy.ts';
import { reportFailure } from '../../src/failure.ts';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { testApp, type TestApp } from '../support/app.ts';
import { until } from '../support/service.ts';
import { ACCEPTANCES, add, edit, INVARIANTS, NOTE, madeBundle, NOTE_TEST, smallBundle, without } from './small.ts';

let app: TestApp;
let dataDir: string;
let policyRoot: string;
const call = async (name: string, argument?: string): Promise<unknown> =>
  callCommand(await runDir(dataDir), name, argument);
const apply = async (root: string) => (await call('apply', join(root, 'policies'))) as PolicyChange;
const status = async () => (await call('status')) as PolicyStatus;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sparkgate-gate-'));
  policyRoot = await madeBundle();
  const policyDir = join(policyRoot, 'policies');
  app = await testApp({ DATA_DIR: dataDir, POLICY_DIR: policyDir, CERBOS_TARGET: '' });
});
afterAll(async () => {
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
  await rm(policyRoot, { recursive: true, force: true });
});

interface Entry {
  event: string;
  actor: string;
  subject: { type: string; id: string };
  before: unknown;
  after: Record<string, unknown>;
  flags: string[];
}

/** What the trail says of policies, the latest last. */
async function trail(): Promise<Entry[]> {
  const { body } = await app.call('GET', '/v1/audit?limit=200');
  return (body.items as Entry[]).filter(({ subject }) => subject.type === 'policy');
}

const opened = edit(NOTE, 'R.attr.is_author', 'R.attr.is_author || !R.attr.is_author');
const contradicted = edit(NOTE_TEST, 'read: EFFECT_DENY', 'read: EFFECT_ALLOW');

test('the first bundle is recorded as one that nothing tested, and its suite holds the next one', async () => {
  const { policy, suite, admitted } = await status();
  expect({ suite, admitted }).toEqual({ suite: expect.stringMatching(/^[0-9a-f]{64}$/), admitted: true });
  expect(await trail()).toMatchObject([
    {
      event: 'policy.first_start',
      actor: 'operator',
      subject: { type: 'policy', id: policy },
      before: null,
      after: { suite, source: 'POLICY_DIR', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      flags: ['NOT_TESTED'],
    },
  ]);
});

test('an admission, a refusal, an acceptance and a rollback are entries of the trail, with hashes and counts', async () => {
  const first = await status();
  const known = (await trail()).length;
  const added = async () => (await trail()).slice(known);

  // What its own tests contradict; a rule of an own kind that no test sees fail is said, and hinders nothing.
  const open = await smallBundle(opened, contradicted);
  const change = await apply(open);
  expect(change).toMatchObject({
    outcome: 'activated',
    warnings: [expect.stringMatching(/note\.yaml:7 rule authors-read: in the tests it never does not apply/)],
  });
  const second = await status();
  expect(await added()).toMatchObject([
    {
      event: 'policy.admitted',
      actor: 'operator',
      subject: { type: 'policy', id: second.policy },
      before: { policy: first.policy, suite: first.suite },
      after: { suite: second.suite, source: 'apply', sentences: 1, contradicted: 1, skipped: 0, accepted: 0 },
    },
  ]);
  expect((await added())[0]?.after['tests']).toBeGreaterThan(100);

  // The suite of the second one does not let its sentence go.
  const silent = await smallBundle(opened, contradicted, edit(INVARIANTS, 'keys-alone', 'only-keys'));
  expect(await apply(silent)).toMatchObject({ outcome: 'refused', over: 'invariants' });
  expect((await added())[1]).toMatchObject({
    event: 'policy.refused',
    before: { policy: second.policy, suite: second.suite },
    after: { over: 'invariants', message: expect.stringContaining('keys-alone-read-metrics') },
  });
  expect((await status()).suite).toBe(second.suite);

  // Accepted by name, other tests hold the same policies.
  const names = `sentences: [keys-alone-read-metrics], reason: Said otherwise., against: ${second.suite}`;
  await add(ACCEPTANCES, `accept: [{ ${names} }]\n`)(silent);
  expect(await apply(silent)).toMatchObject({ outcome: 'unchanged', status: { policy: second.policy } });
  const third = await status();
  expect(third.suite).not.toBe(second.suite);
  expect((await added()).slice(2)).toMatchObject([
    { event: 'policy.admitted', before: { suite: second.suite }, after: { suite: third.suite, accepted: 1 } },
    {
      event: 'policy.accepted',
      after: { sort: 'sentence', name: 'keys-alone-read-metrics', reason: 'Said otherwise.', against: second.suite },
    },
  ]);

  // Back to what was admitted before: the suite of now would not let it pass, and is not asked.
  expect(await call('rollback')).toMatchObject({ outcome: 'activated', status: { policy: first.policy } });
  expect((await status()).suite).toBe(first.suite);
  expect((await added()).slice(4)).toMatchObject([
    {
      event: 'policy.rolled_back',
      subject: { id: first.policy },
      before: { policy: second.policy, suite: third.suite },
      after: { suite: first.suite, source: 'rollback' },
    },
  ]);
  const kept = [first.policy, second.policy, `${first.suite}.suite`, `${third.suite}.suite`, 'record.json'];
  await until(async () => (await readdir(join(dataDir, 'bundles'))).toSorted().join() === kept.toSorted().join());
});

test('what cannot be recorded does not decide', async () => {
  const before = await status();
  const owner = new Client({ connectionString: app.databaseUrl });
  await owner.connect();
  onTestFinished(async () => owner.end());
  await owner.query(`create function no_policies() returns trigger language plpgsql as
    $$ begin if new.subject_type = 'policy' then raise 'not now'; end if; return new; end $$`);
  await owner.query(
    'create trigger no_policies before insert on audit_entry for each row execute function no_policies()',
  );
  const refused = await apply(await smallBundle(opened, contradicted));
  expect(refused).toMatchObject({
    outcome: 'refused',
    over: 'start',
    message: expect.stringMatching(/^The audit trail cannot be written: /),
  });
  expect(await call('rollback')).toMatchObject({ outcome: 'refused' });
  expect((await status()).policy).toBe(before.policy);
  await owner.query('drop trigger no_policies on audit_entry');
  expect(await call('rollback')).toMatchObject({ outcome: 'activated' });
});

test('policy admit examines what another Cerbos is to load, against what it admitted last, and records it', async () => {
  const environment = {
    DATABASE_URL: app.databaseUrl,
    CERBOS_TARGET: '127.0.0.1:1',
    DATA_DIR: await mkdtemp(join(tmpdir(), 'sparkgate-admit-')),
  };
  onTestFinished(async () => rm(environment.DATA_DIR, { recursive: true }));
  const admit = async (root: string, more = {}) =>
    inProcess({ command: policyCommand(), reportFailure }, ['admit', join(root, 'policies')], {
      ...environment,
      ...more,
    });
  const first = await smallBundle();
  const { hash } = await readPolicyFolder(join(first, 'policies'));
  expect(await admit(first)).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(new RegExp(`^${hash} is admitted: \\d+ expectations and 1 sentences hold`)),
  });
  expect((await trail()).at(-1)).toMatchObject({
    event: 'policy.admitted',
    actor: 'operator',
    subject: { id: hash },
    before: null,
    after: { source: 'admit' },
  });
  expect((await admit(first)).stdout).toBe(`${hash} was admitted already\n`);
  const silent = await smallBundle(edit(INVARIANTS, 'keys-alone', 'only-keys'));
  const refused = await admit(silent);
  expect(refused).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/keys-alone-read-metrics .* is gone[^]*Not admitted\.\n$/),
  });
  expect((await admit(await smallBundle(without('policy-tests')))).code).toBe(4);
  expect(await admit(first, { CERBOS_TARGET: '' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('policy apply'),
  });
});
