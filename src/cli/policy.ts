import { readdir } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { compilePolicies } from '../platform/cerbos-binary.ts';
import { PlatformError } from '../platform/platform-error.ts';

type Output = 'tree' | 'junit' | 'json';

/** `sparkgate policy test`: exit code 0 all well, 3 the policies do not compile, 4 a test fails, 1 nothing to run. */
export function policyCommand(): Command {
  return new Command('policy').description('what security reviewers need').addCommand(
    new Command('test')
      .description('compile the policies and run their tests (exit code 3 does not compile, 4 a test fails)')
      .argument('[tests]', 'the folder of tests', 'policy-tests')
      .addOption(new Option('-o, --output <format>').choices(['tree', 'junit', 'json']).default('tree'))
      .addHelpText('after', '\nExample:\n  sparkgate policy test --output junit > policy-tests.xml')
      .action(async (tests: string, { output }: { output: Output }) => {
        await requireTests(tests);
        const { code, stdout, stderr } = await compilePolicies(readConfig().policyDir, { tests, output });
        process.stdout.write(stdout);
        process.stderr.write(stderr);
        process.exitCode = code;
      }),
  );
}

/** A run of no tests must not pass for a run without failures. */
async function requireTests(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new PlatformError(`The folder of tests ${folder} cannot be read.`, { cause });
  });
  if (files.some((file) => /_test\.ya?ml$/.test(file))) return;
  throw new PlatformError(`There is no *_test.yaml in ${folder}.`);
}
