import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { startSupervisor } from '../../src/platform/children.ts';
import { startEmbeddedCerbos } from '../../src/platform/embedded-cerbos.ts';
import { PlatformError } from '../../src/platform/platform-error.ts';
import { isServing, policyFolder, temporaryFolder } from './support.ts';

const BROKEN = 'roles: ["user"], condition: {match: {expr: "R.attr.x ==="}}';

test('two Cerbos run side by side and stop one by one', async () => {
  const children = await startSupervisor({ onEvent: () => undefined });
  const runDir = temporaryFolder();
  const policyDir = policyFolder();
  const one = await startEmbeddedCerbos(children, { name: 'one', policyDir, runDir });
  const two = await startEmbeddedCerbos(children, { name: 'two', policyDir, runDir });
  await children.stop('one');
  expect([await isServing(one), await isServing(two)]).toEqual([false, true]);
  await startEmbeddedCerbos(children, { name: 'one', policyDir, runDir });
  expect(await isServing(one)).toBe(true);
  await children.close();
  expect([await isServing(one), await isServing(two)]).toEqual([false, false]);
});

test.each([
  ['an expression that does not parse', BROKEN, /document\.yaml:6:\d+.*Invalid expression `R\.attr\.x ===`/],
  ['a rule for nobody', 'name: nobody', /document\.yaml:6:\d+ rule nobody does not specify any roles/],
  ['text that is no YAML', 'roles: ["user"', /document\.yaml:6:\d+ /],
])('Cerbos names file and line of %s', async (_what, rule, complaint) => {
  const children = await startSupervisor({ onEvent: () => undefined });
  const options = { name: 'one', policyDir: policyFolder(rule), runDir: temporaryFolder() };
  const refusal = await startEmbeddedCerbos(children, options).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(PlatformError);
  expect((refusal as Error).message).toMatch(complaint);
  await children.close();
});

test('a missing policy directory is named', async () => {
  const children = await startSupervisor({ onEvent: () => undefined });
  const options = { name: 'one', policyDir: '/no/such/policies', runDir: temporaryFolder() };
  await expect(startEmbeddedCerbos(children, options)).rejects.toThrow('/no/such/policies');
  await children.close();
});

test.each([
  ['EFFECT_ALLOW', 0],
  ['EFFECT_DENY', 4],
])('compiling runs the tests of another folder: expecting %s ends with %i', async (effect, code) => {
  const tests = join(temporaryFolder(), 'tests');
  mkdirSync(tests);
  const suite = {
    name: 'documents',
    principals: { ann: { id: 'ann', roles: ['user'] } },
    resources: { plan: { id: 'plan', kind: 'document' } },
    tests: [
      {
        name: 'ann reads the plan',
        input: { principals: ['ann'], resources: ['plan'], actions: ['read'] },
        expected: [{ principal: 'ann', resource: 'plan', actions: { read: effect } }],
      },
    ],
  };
  writeFileSync(join(tests, 'document_test.yaml'), JSON.stringify(suite));
  const result = await compilePolicies(policyFolder(), { tests, output: 'junit' });
  expect(result).toMatchObject({ code, stdout: expect.stringContaining('ann reads the plan') });
});

test('policies that do not compile end with 3, and say where', async () => {
  const { code, stdout, stderr } = await compilePolicies(policyFolder(BROKEN));
  expect(code).toBe(3);
  expect(stdout + stderr).toMatch(/document\.yaml:6:\d+ Invalid expression/);
});
