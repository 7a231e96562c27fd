import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOORS, folderOf, workbenchHere, temporaryFolder } from './support.ts';

const workbench = workbenchHere();

test('what no test reached is named with file and line', async () => {
  const folder = await folderOf(DOORS);
  const { code, stdout } = await workbench('coverage', join(folder, 'tests'), '--policies', join(folder, 'policies'));
  expect(stdout).toMatch(/door\.yaml\s+1\/1\s+0\/0\s+1\/2\s+66\.6%/);
  expect(stdout).toContain('door.yaml:17 condition R.attr.floor == "LOW": never is false');
  expect(code).toBe(6);
});

test('as much as is asked for is enough', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  expect(await workbench('coverage', ...where, '--at-least', '60')).toMatchObject({ code: 0 });
});

test('LCOV counts rules as functions and the two ways of a condition as branches', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { stdout } = await workbench('coverage', ...where, '--output', 'lcov');
  expect(stdout).toMatch(/^SF:.*policies\/door\.yaml$/m);
  expect(stdout).toMatch(/^FN:8,members-open-low-doors$/m);
  expect(stdout).toMatch(/^BRDA:17,2,1,-$/m);
  expect(stdout).toMatch(/^end_of_record$/m);
});

test('JUnit has a case for each point, and those fail that the tests did not reach both ways', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { stdout } = await workbench('coverage', ...where, '--output', 'junit');
  expect(stdout).toMatch(/<testsuite name="door\.yaml" tests="3" failures="1">/);
  expect(stdout).toMatch(/<failure message="door\.yaml:17 condition .*never is false">/);
});

test('the page shows each line of the policies, safely', async () => {
  const folder = await folderOf({
    ...DOORS,
    'policies/door.yaml': DOORS['policies/door.yaml'].replace('# Members', '# <b>'),
  });
  const file = join(await temporaryFolder(), 'coverage.html');
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  await workbench('coverage', ...where, '--output', 'html', '--file', file);
  const page = await readFile(file, 'utf8');
  expect(page).toContain('&lt;b&gt;');
  expect(page).toMatch(/<tr class="no">\s*<td>17<\/td>[^]*?never is false/);
});

test('a test that fails is told apart from one that is missing', async () => {
  const folder = await folderOf({
    ...DOORS,
    'tests/door_test.yaml': DOORS['tests/door_test.yaml'].replace('ALLOW', 'DENY'),
  });
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  expect(await workbench('coverage', ...where)).toMatchObject({ code: 4 });
});

const ANNS_OWN = `apiVersion: api.cerbos.dev/v1
principalPolicy:
  principal: ann
  version: default
  rules:
    - resource: door
      actions:
        - { action: paint, effect: EFFECT_ALLOW }
`;

const INTERNS = `apiVersion: api.cerbos.dev/v1
rolePolicy:
  role: intern
  parentRoles: [user]
  rules:
    - { resource: door, allowActions: [open, close] }
`;

const everyWay = DOORS['tests/door_test.yaml']
  .replace('tests:', '  high: { kind: door, id: d, attr: { member: true, floor: HIGH } }\ntests:')
  .replace('[low, stranger]', '[low, stranger, high]');

test('rules of principal and role policies count like others', async () => {
  const files = { ...DOORS, 'tests/door_test.yaml': everyWay };
  const whole = await folderOf(files);
  const measured = [join(whole, 'tests'), '--policies', join(whole, 'policies')];
  expect(await workbench('coverage', ...measured)).toMatchObject({ code: 0 });
  const more = { ...files, 'policies/ann.yaml': ANNS_OWN, 'policies/intern.yaml': INTERNS };
  const folder = await folderOf(more);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { code, stdout } = await workbench('coverage', ...where);
  expect(stdout).toContain('ann.yaml:8 rule ann: paint door: never applies, never does not apply');
  expect(stdout).toContain('intern.yaml:6 rule intern: open, close door: never applies, never does not apply');
  expect(code).toBe(6);
  const tried = await folderOf({ ...more, 'tests/exceptions_test.yaml': EXCEPTIONS_TEST });
  const all = await workbench('coverage', join(tried, 'tests'), '--policies', join(tried, 'policies'));
  expect(all.stdout).toMatch(/^all .* 100%$/m);
  expect(all.code).toBe(0);
});

const EXCEPTIONS_TEST = `name: door
principals:
  ann: { id: ann, roles: [user] }
  bob: { id: bob, roles: [user] }
  ina: { id: ina, roles: [intern] }
resources:
  low: { kind: door, id: d, attr: { member: true, floor: LOW } }
tests:
  - name: ann paints, and an intern does not
    input: { principals: [ann, bob, ina], resources: [low], actions: [open, paint] }
    expected:
      - { principal: ann, resource: low, actions: { open: EFFECT_ALLOW, paint: EFFECT_ALLOW } }
      - { principal: bob, resource: low, actions: { open: EFFECT_ALLOW } }
      - { principal: ina, resource: low, actions: { open: EFFECT_ALLOW } }
`;

/** What coverage says of a rule of a policy for doors, by the tests of two suites in files of their own. */
async function gapsOf(rules: string, scope: string, ...suites: readonly string[]): Promise<string> {
  const policy = DOORS['policies/door.yaml'].replace('schemas:', `${scope}#`).replace(/ {4}# Members[^]*/, rules);
  const base = scope === '' ? {} : { 'policies/door.yaml': DOORS['policies/door.yaml'].replace(/schemas.*/, '') };
  const files = Object.fromEntries(suites.map((text, index) => [`tests/${index}_test.yaml`, text]));
  const folder = await folderOf({ ...base, 'policies/rules.yaml': policy, ...files });
  const { stdout } = await workbench('coverage', join(folder, 'tests'), '--policies', join(folder, 'policies'));
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('rules.yaml:'))
    .join('\n');
}

const AUDIT = `    - { name: audit, actions: [audit], effect: EFFECT_ALLOW, roles: [auditor] }\n`;
const suite = (principals: string, expected: string, resource = ''): string => `name: same
principals:
  aud: { id: a, roles: [auditor] }
  bob: { id: b, roles: [user] }
resources:
  d: { kind: door, id: d, ${resource} attr: { open: true } }
tests:
  - name: one
    input: { principals: [${principals}], resources: [d], actions: [audit] }
    expected: [${expected}]
`;
const DENIED = '{ principal: bob, resource: d, actions: { audit: EFFECT_DENY } }';
const ALLOWED = '{ principal: aud, resource: d, actions: { audit: EFFECT_ALLOW } }';

test('a rule without a condition is covered by somebody whom it is for, and another', async () => {
  expect(await gapsOf(AUDIT, '', suite('aud', ALLOWED))).toMatch(/audit: never does not apply$/);
  expect(await gapsOf(AUDIT, '', suite('bob', DENIED))).toMatch(/audit: never applies$/);
  expect(await gapsOf(AUDIT, '', suite('aud, bob', ALLOWED))).toBe('');
});

test('two suites of one name are two', async () => {
  const policy = AUDIT.replace('}', ', condition: { match: { expr: R.attr.open } } }');
  const closed = suite('aud', ALLOWED.replace('ALLOW', 'DENY')).replace('open: true', 'open: false');
  expect(await gapsOf(policy, '', suite('aud', ALLOWED), closed)).toBe('');
  expect(await gapsOf(policy, '', suite('aud', ALLOWED), suite('aud', ALLOWED))).toContain('never is false');
});

test('policies of a scope count', async () => {
  expect(await gapsOf(AUDIT, 'scope: acme ', suite('bob', DENIED))).toMatch(
    /audit: never applies, never does not apply$/,
  );
  expect(await gapsOf(AUDIT, 'scope: acme ', suite('aud, bob', ALLOWED, 'scope: acme,'))).toBe('');
});

test('a file that cannot be written is said in a sentence', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { code, stderr } = await workbench(
    'coverage',
    ...where,
    '--output',
    'html',
    '--file',
    '/nonexistent/coverage.html',
  );
  expect(stderr).toMatch(/^policy-workbench: \/nonexistent\/coverage\.html cannot be written: [^\n]*\n$/m);
  expect(code).toBe(1);
});
