import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edit, NOTE_TEST, smallBundle } from '../policies/small.ts';
import { policyHere } from '../review/support.ts';

let root = '';
const policy = policyHere(() => ({
  POLICY_DIR: join(root, 'policies'),
  POLICY_TESTS_DIR: join(root, 'policy-tests'),
}));

test('the commands take tests and invariants from POLICY_TESTS_DIR, and what is skipped is counted', async () => {
  root = await smallBundle(edit(NOTE_TEST, '  - name: authors read', '  - name: authors read\n    skip: true'));
  const tree = await policy('test');
  expect(tree.code).toBe(0);
  expect(tree.stdout).toMatch(/^note \(note_test\.yaml\) OK$/m);
  expect(tree.stdout).toMatch(/ tests executed \[\d+ OK\] \[1 SKIPPED\]$/m);
  expect(tree.stderr).toContain('1 of the tests are skipped, and say nothing of the policies.');
  const { stdout: xml } = await policy('test', '--output', 'junit');
  expect(xml).toMatch(/<testsuite name="note [^>]* failures="0" skipped="1">/);
  expect(xml).toMatch(/name="authors read: ann read own"><skipped\/><\/testcase>/);
  const { stdout: verified, code } = await policy('verify', '--kind', 'sparkgate_service');
  expect({ code, verified }).toEqual({ code: 0, verified: expect.stringContaining('1 invariants, 0 violated') });
});
