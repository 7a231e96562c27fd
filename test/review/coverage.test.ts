import { expect, test } from 'vitest';
import { policyHere } from './support.ts';

const policy = policyHere();

test('the tests of the project reach every rule, derived role and condition both ways', async () => {
  const { code, stdout } = await policy('coverage');
  expect(stdout).toMatch(/^all .* 100%$/m);
  expect(code).toBe(0);
});
