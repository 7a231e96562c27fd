import { Command } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { githubLines, sayFindings } from '../findings.ts';
import { lintPolicies, type Seen } from '../lint/lint-policies.ts';
import { lintFindings, lintReport } from '../lint/lint-report.ts';
import { hashCollisions } from '../lint/rule-checks.ts';
import { readSuites } from '../tests/suites.ts';
import { EXIT } from './exit-codes.ts';
import { policyFolder, type Host } from './host.ts';
import { isForPeople, outputOption, reporting, writeOutputs, type Output } from './outputs.ts';
import { complaintsAbout, failWith, policiesOption, testsFolder, warn } from './policies.ts';

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

interface Options {
  policies?: string;
  output: readonly Output<(typeof FORMATS)[number]>[];
}

/** `lint` */
export function lintCommand(host: Host): Command {
  return new Command('lint')
    .description('find what is hardly meant: rules that always err, never hold, deny too few, or have no test')
    .argument('[tests]', 'the folder of tests (default: policy-tests, or that of the policies)')
    .addOption(policiesOption(host))
    .addOption(outputOption(FORMATS, 'text'))
    .addHelpText(
      'after',
      `
Each finding has a page in docs/lint of policy-workbench.

Exit codes:
  0   nothing was found
  1   a folder is missing, empty or unreadable
  3   the policies do not compile
  15  something was found

Example:
  ${host.program} lint --output sarif=lint.sarif --output github`,
    )
    .action(async (tests: string | undefined, options: Options) =>
      reporting(options.output, 'policy lint', async () => lint(host, tests, options)),
    );
}

async function lint(host: Host, named: string | undefined, { policies: at, output }: Options): Promise<void> {
  const folder = policyFolder(host, at);
  const policies = await readPolicies(folder);
  // Such rules do not compile here, and are what lint is asked for.
  const isCompiled = hashCollisions(policies).length === 0;
  const complaints = isCompiled ? await complaintsAbout(folder) : [];
  if (complaints.length > 0) return failWith(EXIT.doesNotCompile, complaints, output);
  const seen = isCompiled ? await seenBy(await testsIn(host, named, folder), folder) : null;
  if (seen === null) warn(['no test was run, so that rules without a test were not looked for.']);
  const found = lintPolicies(policies, seen);
  const findings = lintFindings(found, folder);
  sayFindings(findings, isForPeople(output));
  await writeOutputs(output, async (format) =>
    format === 'github' ? githubLines(findings) : lintReport(found, format, folder),
  );
  if (found.length > 0) process.exitCode = EXIT.lintFinds;
}

/** Whoever names no tests need not have any. */
async function testsIn(host: Host, named: string | undefined, folder: string): Promise<string | null> {
  return testsFolder(host, named, folder).catch((error: unknown) => {
    if (named !== undefined || !(error instanceof PolicyError)) throw error;
    return null;
  });
}

async function seenBy(tests: string | null, folder: string): Promise<Seen | null> {
  if (tests === null) return null;
  const { stdout } = await compilePolicies(folder, { tests, output: 'json', verbose: true });
  return stdout.startsWith('{') ? { tests: readTraces(stdout), suites: await readSuites(tests) } : null;
}
