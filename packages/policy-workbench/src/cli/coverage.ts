import { join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { coverageHtml } from '../coverage/coverage-html.ts';
import { coverageJson, coverageJunit, coverageLcov, coverageText, percent } from '../coverage/coverage-report.ts';
import { isCovered, measure, missing, type Covered } from '../coverage/measure.ts';
import { coverageGround } from '../coverage/points.ts';
import type { PolicyFile } from '@sparkgate/cerbos-policies/policies';
import { readTraces } from '@sparkgate/cerbos-pdp/traces';
import { readSuites } from '../tests/suites.ts';
import { readTestReport } from '@sparkgate/cerbos-pdp/test-report';
import { githubLines, sayFindings, type Finding } from '../findings.ts';
import { EXIT } from './exit-codes.ts';
import { isForPeople, outputOption, reporting, writeOutputs, type Output } from './outputs.ts';
import { failWithTests, policiesOption, readCompiled, testsFolder } from './policies.ts';
import { policyFolder, type Host } from './host.ts';

interface Options {
  policies?: string;
  atLeast: number;
  output: readonly Output<Format>[];
  file?: string;
}

const FORMATS = ['text', 'json', 'junit', 'lcov', 'html', 'github'] as const;
type Format = (typeof FORMATS)[number];

/** `coverage` */
export function coverageCommand(host: Host): Command {
  return new Command('coverage')
    .description('which rules, derived roles and conditions the policy tests saw hold, and saw fail')
    .argument('[tests]', 'the folder of tests (default: policy-tests, or that of the policies)')
    .addOption(policiesOption(host))
    .option('-a, --at-least <percent>', 'what is enough', share, 100)
    .addOption(outputOption(FORMATS, 'text'))
    .option('-f, --file <file>', 'write there what would go to standard output')
    .addHelpText(
      'after',
      `
A condition is one expr: what is inside one expression (&&, ||, ?:) is not told apart. A rule without a condition does not
apply where somebody asks for one of its actions whom it is not for.

Exit codes:
  0  enough is covered
  1  a folder is missing, empty or unreadable, a test is broken, or a file cannot be written
  3  the policies do not compile, or read what is never sent
  4  a test fails
  6  too little is covered

Example:
  ${host.program} coverage --output html --file coverage.html`,
    )
    .action(async (tests: string | undefined, { file, ...options }: Options) => {
      const output = options.output.map((it) => ({ ...it, file: it.file ?? file ?? null }));
      const run = async (): Promise<void> => coverage(host, tests, { ...options, output });
      await reporting(output, 'policy coverage', run);
    });
}

async function coverage(
  host: Host,
  named: string | undefined,
  { policies: at, atLeast, output }: Options,
): Promise<void> {
  const folder = policyFolder(host, at);
  const tests = await testsFolder(host, named, folder);
  const policies = await readCompiled(folder, host.contract, output);
  if (policies === null) return;
  const { code, stdout, stderr } = await compilePolicies(folder, { tests, output: 'json', verbose: true });
  if (code !== 0) return failWithTests(readTestReport(stdout, stderr), tests, output);
  const covered = measure(coverageGround(policies), readTraces(stdout), await readSuites(tests));
  const isEnough = percent(covered) >= atLeast;
  const findings = isEnough ? [] : gapsIn(covered, folder);
  sayFindings(findings, isForPeople(output));
  await writeOutputs(output, (format) => reportOf(covered, policies.files, { format, folder, findings }));
  if (isEnough) return;
  process.stderr.write(`${percent(covered)}% is covered; ${atLeast}% would be enough.\n`);
  process.exitCode = EXIT.notCovered;
}

const gapsIn = (covered: readonly Covered[], folder: string): Finding[] =>
  covered
    .filter((it) => !isCovered(it))
    .map((it) => ({
      level: 'error',
      title: 'not covered',
      file: join(folder, it.point.file),
      line: it.point.line,
      message: `${it.point.sort} ${it.point.title}: ${missing(it)}`,
    }));

async function reportOf(
  covered: readonly Covered[],
  files: readonly PolicyFile[],
  { format, folder, findings }: { format: Format; folder: string; findings: readonly Finding[] },
): Promise<string> {
  switch (format) {
    case 'text':
      return coverageText(covered);
    case 'json':
      return coverageJson(covered);
    case 'junit':
      return coverageJunit(covered);
    case 'lcov':
      return coverageLcov(covered, relative(process.cwd(), folder));
    case 'html':
      return coverageHtml(covered, files);
    case 'github':
      return githubLines(findings);
  }
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('takes a number from 0 to 100.');
  return value;
}
