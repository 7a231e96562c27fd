import { expect, test } from 'vitest';
import { policyHere } from '../review/support.ts';

const policy = policyHere();

test.each(['impact', 'explain', 'replay', 'new', 'lint', 'admit'])(
  'policy %s helps, with an example and its exit codes',
  async (command) => {
    const { code, stdout } = await policy(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Exit codes:\n {2}0 {2}/);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}sparkgate policy ${command}`));
  },
);
