import { expect, test } from 'vitest';

/**
 * Says loudly, and by the title of a test, what cannot be tested on this machine.
 * @param variable of the environment: `required` in it makes that a failure
 */
export function leaveOut(message: string, variable: string): void {
  process.stderr.write(`\n${'!'.repeat(80)}\n${message}\n${'!'.repeat(80)}\n\n`);
  test(message, () => {
    expect(process.env[variable]).not.toBe('required');
  });
}
