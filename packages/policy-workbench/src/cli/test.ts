import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTestReport, type TestReport } from '@sparkgate/cerbos-pdp/test-report';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { folderState } from '@sparkgate/cerbos-policies/policy-folder';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { githubLines, sayFindings, type Finding } from '../findings.ts';
import { junit } from '../junit.ts';
import { complaintFindings, testFindings } from '../tests/test-findings.ts';
import { EXIT } from './exit-codes.ts';
import { policyFolder, type Host } from './host.ts';
import { isForPeople, outputOption, reporting, writeOutputs, type Output } from './outputs.ts';
import { failWith, policiesOption, testsFolder, warn, isReadStrictly } from './policies.ts';

const FORMATS = ['tree', 'junit', 'json', 'github'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  output: readonly Output<Format>[];
  policies?: string;
  testFilter: readonly string[];
  watch: boolean;
}

/** `test` */
export function testCommand(host: Host): Command {
  return new Command('test')
    .description('compile the policies and run their tests')
    .argument('[tests]', 'the folder of tests (default: policy-tests, or that of the policies)')
    .addOption(policiesOption(host))
    .addOption(outputOption(FORMATS, 'tree'))
    .option('-f, --test-filter <filter>', FILTER, (it: string, all: readonly string[]) => [...all, it], [])
    .option('-w, --watch', 'run again whenever a policy or a test changes', false)
    .addHelpText(
      'after',
      `
What fails stands on standard error, whatever the report is.

Exit codes:
  0  all tests pass
  1  a folder is missing, empty or unreadable, a test is broken, or the filter leaves none
  3  the policies do not compile, or read what is never sent
  4  a test fails

Examples:
  ${host.program} test --output junit=policy-tests.xml --output github
  ${host.program} test --test-filter 'suite=door*;action=open' --watch`,
    )
    .action(async (named: string | undefined, options: Options) => {
      const folder = policyFolder(host, options.policies);
      await reporting(options.output, 'policy tests', async () => {
        const tests = await testsFolder(host, named, folder);
        for (let isFirst = true; isFirst || options.watch; isFirst = false) {
          const before = await statesOf(folder, tests);
          await runTests(host, folder, tests, options).catch((error: unknown) => said(error, options.watch));
          if (options.watch) await untilChanged(before, folder, tests);
        }
      });
    });
}

const FILTER = "only these, as `cerbos compile` takes it: 'suite=door*;test=*;principal=ann;resource=*;action=open'";

async function runTests(host: Host, folder: string, tests: string, { output, testFilter }: Options): Promise<void> {
  const policies = await readPolicies(folder);
  warn(inexactNumbers(policies));
  const { code, stdout, stderr } = await compilePolicies(folder, { tests, output: 'json', filters: testFilter });
  if (stdout === '' && testFilter.length > 0 && code !== EXIT.doesNotCompile) throw new PolicyError(stderr.trim());
  const report = readTestReport(stdout, stderr);
  const complaints = complaintFindings(report, folder);
  if (complaints.length > 0) return failWith(EXIT.doesNotCompile, complaints, output);
  if (!(await isReadStrictly(folder, policies, host.contract, output))) return;
  const { passed, failed, broken, skipped } = report.counts;
  if (passed + failed + broken === 0)
    throw new PolicyError(`No test is run${testFilter.length > 0 ? ' by this filter' : ''}.`);
  if (skipped > 0) warn([`${skipped} of the tests are skipped, and say nothing of the policies.`]);
  const findings = await testFindings(report, tests);
  sayFindings(findings, isForPeople(output));
  await writeOutputs(output, (format) => rendered(format, { report, stdout, findings }));
  process.exitCode = failed > 0 ? EXIT.testFails : broken > 0 ? EXIT.cannotRun : EXIT.fine;
}

async function rendered(
  format: Format,
  { report, stdout, findings }: { report: TestReport; stdout: string; findings: readonly Finding[] },
): Promise<string> {
  switch (format) {
    case 'tree':
      return `${tree(report)}\n`;
    case 'junit':
      return junit(
        'policy tests',
        report.cases.map(({ failed, ...it }) => ({ ...it, failure: failed?.message ?? null })),
      );
    case 'json':
      return stdout;
    case 'github':
      return githubLines(findings);
  }
}

/** Each suite with what did not pass, and how many there were. */
function tree({ cases, counts }: TestReport): string {
  const suites = [
    ...Map.groupBy(
      cases.filter(({ isSkipped }) => !isSkipped),
      ({ suite }) => suite,
    ),
  ].flatMap(([suite, own]) => {
    const failed = own.flatMap((it) => it.failed ?? []);
    const lines = failed.map(({ test, asked, message }) => [test, asked, message].filter((it) => it !== '').join(': '));
    return [
      `${suite} ${failed.length === 0 ? 'OK' : 'FAILED'}`,
      ...lines.map((line, index) => `${index === lines.length - 1 ? '└──' : '├──'} ${line}`),
    ];
  });
  const all = Object.entries({
    OK: counts.passed,
    FAILED: counts.failed,
    BROKEN: counts.broken,
    SKIPPED: counts.skipped,
  });
  const numbers = all.flatMap(([name, count]) => (count === 0 ? [] : [`[${count} ${name}]`])).join(' ');
  return [...suites, `${counts.passed + counts.failed} tests executed ${numbers}`].join('\n');
}

/** Whoever watches corrects what is wrong. */
function said(error: unknown, isWatching: boolean): void {
  if (!isWatching || !(error instanceof PolicyError)) throw error;
  process.stderr.write(`${error.message}\n`);
}

const LOOK_EVERY_MS = 300;

const statesOf = async (...folders: readonly string[]): Promise<string> =>
  (await Promise.all(folders.map(async (it) => folderState(it)))).join('\n\n');

async function untilChanged(before: string, folder: string, tests: string): Promise<void> {
  process.stderr.write('Waiting for a change; Ctrl-C ends it.\n');
  while ((await statesOf(folder, tests)) === before) await delay(LOOK_EVERY_MS);
}
