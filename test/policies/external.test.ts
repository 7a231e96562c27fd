import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readBundle } from '../../src/decision/bundle.ts';
import { policyTrail } from '../../src/rollout/policy-trail.ts';
import { startSupervisor, type Children } from '../../src/platform/children.ts';
import { startEmbeddedCerbos } from '../../src/platform/embedded-cerbos.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { until } from '../support/service.ts';

// A Cerbos that others run: started, stopped and started again here, on the same socket, with what it is told at its start.

let children: Children;
let runDir: string;
beforeAll(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'sg-ext-'));
  await chmod(runDir, 0o755);
  children = await startSupervisor({ onEvent: () => undefined });
});
afterAll(async () => {
  await children.close();
  await rm(runDir, { recursive: true, force: true });
});

const note = (verdict: string): string => `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: note
  version: default
  rules:
    - { name: everybody-reads, actions: [read], effect: EFFECT_${verdict}, roles: [user] }
`;

async function folder(verdict: string): Promise<string> {
  const policies = await mkdtemp(join(tmpdir(), 'sg-policies-'));
  onTestFinished(async () => rm(policies, { recursive: true, force: true }));
  await chmod(policies, 0o755);
  await cp(join(import.meta.dirname, '../../policies'), policies, { recursive: true });
  await writeFile(join(policies, 'resource_policies/note.yaml'), note(verdict));
  return policies;
}

/** Starts Cerbos where the one before was, if any. @param bundle what it is told of itself; null = nothing */
async function cerbos(policyDir: string, bundle: string | null): Promise<string> {
  await children.stop('theirs');
  const told = bundle === null ? {} : { bundle };
  return (await startEmbeddedCerbos(children, { name: 'theirs', policyDir, runDir, ...told })).target;
}

async function service(policyDir: string, target: string): Promise<TestApp> {
  const app = await testApp({ POLICY_DIR: policyDir, CERBOS_TARGET: target });
  onTestFinished(async () => app.close());
  return app;
}

interface Read {
  status: number;
  decision?: boolean;
  policy?: string;
}

async function read(app: TestApp): Promise<Read> {
  const body = { subject: { type: 'user', id: 'sam' }, action: { name: 'read' }, resource: { type: 'note', id: '1' } };
  const answer = await app.call('POST', '/access/v1/evaluation', { body });
  return { status: answer.status, decision: answer.body.decision, policy: answer.body.context?.policy };
}

/** As `policy admit` writes it. */
async function admit(app: TestApp, policy: string): Promise<void> {
  const step = { source: 'admit', before: null, bundle: { policy, suite: null }, admitted: NOTHING_RUN } as const;
  await policyTrail(app.runtime.operator, '0.0.0')({ event: 'policy.admitted', ...step });
  await until(async () => (await app.call('GET', '/v1/status')).body.policy.admitted === true);
}
const NOTHING_RUN = { tests: 0, skipped: 0, sentences: 0, contradicted: 0, accepted: [], findings: [] };

test('a bundle without a record of its admission is asked about every time, and the state says so', async () => {
  const allows = await folder('ALLOW');
  const { hash } = await readBundle(allows);
  const app = await service(allows, await cerbos(allows, hash));
  expect((await app.call('GET', '/v1/status')).body.policy).toMatchObject({ policy: hash, admitted: false });
  const asked = async (): Promise<number> => {
    const { pdpQuestions } = app.runtime.services.counters();
    expect(await read(app)).toEqual({ status: 200, decision: true, policy: hash });
    return app.runtime.services.counters().pdpQuestions - pdpQuestions;
  };
  await asked();
  expect(await asked()).toBeGreaterThan(0);
  await admit(app, hash);
  await until(async () => (await asked()) === 0);
});

test('the bundle is learnt from the Cerbos, and what is remembered goes with it', async () => {
  const [allows, denies] = [await folder('ALLOW'), await folder('DENY')];
  const [allowing, denying] = [(await readBundle(allows)).hash, (await readBundle(denies)).hash];
  const app = await service(allows, await cerbos(allows, allowing));
  await admit(app, allowing);
  expect(await read(app)).toEqual({ status: 200, decision: true, policy: allowing });
  const { pdpCalls } = app.runtime.services.counters();
  expect(await read(app)).toEqual({ status: 200, decision: true, policy: allowing });
  expect(app.runtime.services.counters().pdpCalls).toBe(pdpCalls);

  // Asked all the time while it is away and comes back with other policies.
  const heard = new Set<string>();
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) heard.add(JSON.stringify(await read(app)));
  })();
  await cerbos(denies, denying);
  await until(async () => (await read(app)).policy === denying);
  over.abort();
  await asking;
  const right = new Set([
    JSON.stringify({ status: 200, decision: true, policy: allowing }),
    JSON.stringify({ status: 200, decision: false, policy: denying }),
    JSON.stringify({ status: 503 }),
  ]);
  expect([...heard].filter((answer) => !right.has(answer))).toEqual([]);
  expect((await app.call('GET', '/v1/status')).body).toMatchObject({
    ready: true,
    pdp: { answers: true, embedded: false },
    policy: { policy: denying, source: 'CERBOS_TARGET' },
  });
});

test('a bundle that is not that of POLICY_DIR is named as it names itself, and nothing of it is remembered', async () => {
  const [allows, denies] = [await folder('ALLOW'), await folder('DENY')];
  const app = await service(allows, await cerbos(denies, 'release-7'));
  expect(await read(app)).toEqual({ status: 200, decision: false, policy: 'release-7' });
  const { pdpQuestions } = app.runtime.services.counters();
  await read(app);
  expect(app.runtime.services.counters().pdpQuestions).toBeGreaterThan(pdpQuestions);
});

test('a Cerbos that was told nothing: answers are held for a second at most', async () => {
  const [allows, denies] = [await folder('ALLOW'), await folder('DENY')];
  const app = await service(allows, await cerbos(allows, null));
  const { hash } = await readBundle(allows);
  expect(await read(app)).toEqual({ status: 200, decision: true, policy: hash });
  await cerbos(denies, null);
  await until(async () => (await read(app)).decision === false);
});

test('POLICY_DIR follows while the Cerbos still has the old policies', async () => {
  const [allows, denies] = [await folder('ALLOW'), await folder('DENY')];
  const [allowing, denying] = [(await readBundle(allows)).hash, (await readBundle(denies)).hash];
  const app = await service(allows, await cerbos(allows, allowing));
  await cp(denies, allows, { recursive: true });
  await cerbos(denies, denying);
  await until(async () => (await read(app)).policy === denying);
  expect(await read(app)).toEqual({ status: 200, decision: false, policy: denying });
  // Known from POLICY_DIR again and admitted, so what it says may be remembered.
  await admit(app, denying);
  await until(async () => {
    const { pdpCalls } = app.runtime.services.counters();
    await read(app);
    return app.runtime.services.counters().pdpCalls === pdpCalls;
  });
});
