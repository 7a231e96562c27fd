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

test('rules of principal and role policies are listed as not measured, and never is all covered', async () => {
  const everyWay = DOORS['tests/door_test.yaml']
    .replace('tests:', '  high: { kind: door, id: d, attr: { member: true, floor: HIGH } }\ntests:')
    .replace('[low, stranger]', '[low, stranger, high]');
  const files = { ...DOORS, 'tests/door_test.yaml': everyWay };
  const whole = await folderOf(files);
  const measured = [join(whole, 'tests'), '--policies', join(whole, 'policies')];
  expect(await workbench('coverage', ...measured)).toMatchObject({ code: 0 });
  const folder = await folderOf({ ...files, 'policies/ann.yaml': ANNS_OWN, 'policies/intern.yaml': INTERNS });
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { code, stdout } = await workbench('coverage', ...where);
  expect(stdout).toContain('ann.yaml:8 rule ann: paint door: principal policies are not measured');
  expect(stdout).toContain('intern.yaml:6 rule intern: open, close door: role policies are not measured');
  expect(stdout).not.toMatch(/^all .* 100%$/m);
  expect(code).toBe(6);
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
  expect(stderr).toMatch(/^policy-workbench: \/nonexistent\/coverage\.html cannot be written: [^\n]*\n$/);
  expect(code).toBe(1);
});
