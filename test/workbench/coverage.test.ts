import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOORS, folderOf, policy, temporaryFolder } from './support.ts';

test('the tests of the project reach every rule, derived role and condition both ways', async () => {
  const { code, stdout } = await policy('coverage');
  expect(stdout).toMatch(/^all .* 100%$/m);
  expect(code).toBe(0);
});

test('what no test reached is named with file and line', async () => {
  const folder = await folderOf(DOORS);
  const { code, stdout } = await policy('coverage', join(folder, 'tests'), '--policies', join(folder, 'policies'));
  expect(stdout).toMatch(/door\.yaml\s+1\/1\s+0\/0\s+1\/2\s+66\.6%/);
  expect(stdout).toContain('door.yaml:17 condition R.attr.floor == "LOW": never is false');
  expect(code).toBe(6);
});

test('as much as is asked for is enough', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  expect(await policy('coverage', ...where, '--at-least', '60')).toMatchObject({ code: 0 });
});

test('LCOV counts rules as functions and the two ways of a condition as branches', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { stdout } = await policy('coverage', ...where, '--output', 'lcov');
  expect(stdout).toMatch(/^SF:.*policies\/door\.yaml$/m);
  expect(stdout).toMatch(/^FN:8,members-open-low-doors$/m);
  expect(stdout).toMatch(/^BRDA:17,2,1,-$/m);
  expect(stdout).toMatch(/^end_of_record$/m);
});

test('JUnit has a case for each point, and those fail that the tests did not reach both ways', async () => {
  const folder = await folderOf(DOORS);
  const where = [join(folder, 'tests'), '--policies', join(folder, 'policies')];
  const { stdout } = await policy('coverage', ...where, '--output', 'junit');
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
  await policy('coverage', ...where, '--output', 'html', '--file', file);
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
  expect(await policy('coverage', ...where)).toMatchObject({ code: 4 });
});
