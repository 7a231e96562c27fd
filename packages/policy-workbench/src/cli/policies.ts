import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Option } from 'commander';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTestReport, type TestReport } from '@sparkgate/cerbos-pdp/test-report';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { inexactNumbers } from '@sparkgate/cerbos-policies/inexact-numbers';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import { strictReading } from '@sparkgate/cerbos-policies/strict/strict-reading';
import type { Contract } from '../contract.ts';
import { sayFindings, type Finding } from '../findings.ts';
import { isSuite } from '../tests/suites.ts';
import { complaintFindings, testFindings } from '../tests/test-findings.ts';
import type { Host } from './host.ts';
import { writeBroken, type Output } from './outputs.ts';
import { EXIT } from './exit-codes.ts';

/** `--policies DIR`: another folder than the host's own. */
export const policiesOption = ({ policies }: Pick<Host, 'policies'>): Option =>
  new Option('-p, --policies <dir>', `the folder of policies (default: ${policies.called})`);

/**
 * Reads the policies and has Cerbos compile them. Null when they do not compile, or read what is never sent: then that
 * stands on standard error and in the reports, and the exit code is set.
 * @param contract null for policies that decided before, whatever they read
 * @throws PolicyError for a folder that cannot be read
 */
export async function readCompiled(
  folder: string,
  contract: Contract | null,
  outputs: readonly Output[] = [],
): Promise<Policies | null> {
  const policies = await readPolicies(folder);
  warn(inexactNumbers(policies));
  const complaints = await complaintsAbout(folder);
  if (complaints.length === 0 && (contract === null || (await isReadStrictly(folder, policies, contract, outputs))))
    return policies;
  if (complaints.length > 0) await failWith(EXIT.doesNotCompile, complaints, outputs);
  return null;
}

/** Whether policies read only what is sent; if not, that is said and the exit code set. */
export async function isReadStrictly(
  folder: string,
  policies: Policies,
  contract: Contract,
  outputs: readonly Output[],
): Promise<boolean> {
  const findings = strictReading(policies, contract).map(({ isError, file, line, message }): Finding => ({
    level: isError ? 'error' : 'warning',
    title: 'never sent',
    file: join(folder, file),
    line,
    message,
  }));
  const errors = findings.filter(({ level }) => level === 'error');
  sayFindings(findings.filter(({ level }) => level === 'warning'));
  if (errors.length > 0) await failWith(EXIT.doesNotCompile, errors, outputs);
  return errors.length === 0;
}

/** What keeps a folder from compiling; empty: nothing. */
export async function complaintsAbout(folder: string): Promise<Finding[]> {
  const { code, stdout, stderr } = await compilePolicies(folder, { output: 'json' });
  return code === 0 ? [] : complaintFindings(readTestReport(stdout, stderr), folder);
}

/** Ends a command whose tests do not pass as it is. */
export async function failWithTests(report: TestReport, tests: string, outputs: readonly Output[]): Promise<void> {
  const findings = await testFindings(report, tests);
  await failWith(report.counts.failed > 0 ? EXIT.testFails : EXIT.cannotRun, findings, outputs);
  process.stderr.write('The tests have to pass first: run the command `test`.\n');
}

/** Ends a command before it has come to what it is asked. */
export async function failWith(code: number, findings: readonly Finding[], outputs: readonly Output[]): Promise<void> {
  sayFindings(findings);
  await writeBroken(outputs, 'policies', findings);
  process.exitCode = code;
}

/** Says what hinders nothing and is hardly meant. */
export function warn(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
}

/** Where tests are kept apart from the policies. */
const APART = 'policy-tests';

/** The file of invariants where none is named. */
export const invariantsFile = (host: Host): string => join(host.tests() ?? APART, 'invariants.yaml');

/**
 * The folder of tests: the named one, that of the host, that beside the policies, or that of the policies themselves, where
 * tests may stand as well. A run of no tests must not pass for a run without failures. @throws PolicyError where there is none
 */
export async function testsFolder(host: Host, given: string | undefined, policies: string): Promise<string> {
  const named = given ?? host.tests() ?? undefined;
  if (!existsSync(policies))
    throw new PolicyError(
      `There is no folder ${policies}: name that of the policies, or begin with the command \`new\`.`,
    );
  if (named !== undefined) return requireTests(named);
  const isApart = (await filesIn(APART).catch(() => [])).some(isSuite);
  return requireTests(isApart ? APART : policies);
}

const filesIn = async (folder: string): Promise<string[]> => readdir(folder, { recursive: true });

async function requireTests(folder: string): Promise<string> {
  const files = await filesIn(folder).catch((cause: unknown) => {
    throw new PolicyError(`The folder of tests ${folder} cannot be read.`, { cause });
  });
  if (files.some(isSuite)) return folder;
  throw new PolicyError(`There is no *_test.yaml in ${folder}.`);
}
