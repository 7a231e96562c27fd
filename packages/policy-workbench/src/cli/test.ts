import { Command, Option } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { policiesOption, requireTests, warn } from './policies.ts';
import { policyFolder, type Host } from './host.ts';

type Output = 'tree' | 'junit' | 'json';

/** `test` */
export function testCommand(host: Host): Command {
  return new Command('test')
    .description('compile the policies and run their tests')
    .argument('[tests]', 'the folder of tests', 'policy-tests')
    .addOption(policiesOption(host))
    .addOption(new Option('-o, --output <format>').choices(['tree', 'junit', 'json']).default('tree'))
    .addHelpText(
      'after',
      `
Exit codes:
  0  all tests pass
  1  a folder is missing, empty or unreadable
  3  the policies do not compile
  4  a test fails

Example:
  ${host.program} test --output junit > policy-tests.xml`,
    )
    .action(async (tests: string, { output, policies }: { output: Output; policies?: string }) => {
      const folder = policyFolder(host, policies);
      await requireTests(tests);
      warn(inexactNumbers(await readPolicies(folder)));
      const { code, stdout, stderr } = await compilePolicies(folder, { tests, output });
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      process.exitCode = code;
    });
}
