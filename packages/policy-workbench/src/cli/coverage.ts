import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { coverageHtml } from '../coverage/coverage-html.ts';
import { coverageJson, coverageJunit, coverageLcov, coverageText, percent } from '../coverage/coverage-report.ts';
import { measure, type Covered } from '../coverage/measure.ts';
import { coveragePoints } from '../coverage/points.ts';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policies';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import { EXIT } from './exit-codes.ts';
import { policiesOption, readCompiled, requireTests } from './policies.ts';
import { policyFolder, type Host } from './host.ts';

interface Options {
  policies?: string;
  atLeast: number;
  output: 'text' | 'json' | 'junit' | 'lcov' | 'html';
  file?: string;
}

/** `coverage` */
export function coverageCommand(host: Host): Command {
  return new Command('coverage')
    .description('which rules, derived roles and conditions the policy tests saw hold, and saw fail')
    .argument('[tests]', 'the folder of tests', 'policy-tests')
    .addOption(policiesOption(host))
    .option('-a, --at-least <percent>', 'what is enough', share, 100)
    .addOption(new Option('-o, --output <format>').choices(['text', 'json', 'junit', 'lcov', 'html']).default('text'))
    .option('-f, --file <file>', 'write there instead of standard output')
    .addHelpText(
      'after',
      `
A condition is one expr: what is inside one expression (&&, ||, ?:) is not told apart. Rules of principal policies and
role policies are not measured: each counts as not covered.

Exit codes:
  0  enough is covered
  1  a folder is missing, empty or unreadable, or the file cannot be written
  3  the policies do not compile
  4  a test fails
  6  too little is covered

Example:
  ${host.program} coverage --output html --file coverage.html`,
    )
    .action(async (tests: string, options: Options) => {
      const folder = policyFolder(host, options.policies);
      await requireTests(tests);
      const policies = await readCompiled(folder);
      if (policies === null) return;
      const { code, stdout, stderr } = await compilePolicies(folder, { tests, output: 'json', verbose: true });
      if (code !== 0) {
        process.stderr.write(`${stderr}The tests have to pass before they can be counted: run ${host.program} test.\n`);
        process.exitCode = EXIT.testFails;
        return;
      }
      const covered = measure(coveragePoints(policies), readTraces(stdout));
      const report = await reportOf(covered, policies.files, options.output, relative(process.cwd(), folder));
      if (options.file === undefined) process.stdout.write(report);
      else await write(options.file, report);
      if (percent(covered) < options.atLeast) {
        process.stderr.write(`${percent(covered)}% is covered; ${options.atLeast}% would be enough.\n`);
        process.exitCode = EXIT.notCovered;
      }
    });
}

/** @throws PolicyError for a file that cannot be written */
async function write(file: string, report: string): Promise<void> {
  await writeFile(file, report).catch((cause: unknown) => {
    throw new PolicyError(`${file} cannot be written: is there such a folder, and may you write to it?`, { cause });
  });
}

async function reportOf(
  covered: readonly Covered[],
  files: readonly PolicyFile[],
  output: Options['output'],
  folder: string,
): Promise<string> {
  switch (output) {
    case 'text':
      return coverageText(covered);
    case 'json':
      return coverageJson(covered);
    case 'junit':
      return coverageJunit(covered);
    case 'lcov':
      return coverageLcov(covered, folder);
    case 'html':
      return coverageHtml(covered, files);
  }
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('takes a number from 0 to 100.');
  return value;
}
