import { join } from 'node:path';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import type { OpenPolicyServers } from '@sparkgate/cerbos-pdp/policy-servers';
import { readTestReport } from '@sparkgate/cerbos-pdp/test-report';
import { readTraces, type TracedTest } from '@sparkgate/cerbos-pdp/traces';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readPolicies } from '@sparkgate/cerbos-policies/read-policies';
import type { Contract } from '@sparkgate/policy-workbench/contract';
import { measure, missing } from '@sparkgate/policy-workbench/coverage/measure';
import { coverageGround, policyName } from '@sparkgate/policy-workbench/coverage/points';
import { readSuites } from '@sparkgate/policy-workbench/tests/suites';
import { readInvariants, type Invariant } from '@sparkgate/policy-workbench/verify/invariants';
import { verifyPolicies } from '@sparkgate/policy-workbench/verify/verify-policies';
import { findingsReport } from '@sparkgate/policy-workbench/verify/verify-report';
import type { Admitted, Candidate } from './admission.ts';
import { requireKept } from './held-expectations.ts';
import { PoliciesRefused } from './refused.ts';

const NO_TESTS =
  'There is nothing to test these policies by: put tests into policy-tests beside them, or where POLICY_TESTS_DIR says.';
const NO_SENTENCES =
  'There is no sentence that these policies must keep: say some in invariants.yaml beside the tests.';

/** What a candidate is examined with. */
export interface Means {
  contract: Contract;
  openServers: OpenPolicyServers;
}

/**
 * Examines a candidate that compiles: by its own tests and invariants, and the suite of the bundle that decides. Nothing
 * to run is a failure. @throws PoliciesRefused
 */
export async function examine({ policyDir, suite, before }: Candidate, means: Means): Promise<Admitted> {
  if (suite === null) throw new PoliciesRefused('tests', NO_TESTS);
  const policies = await readPolicies(policyDir);
  const { tests, counts } = await passingTests(policyDir, suite.folder);
  const invariants = join(suite.folder, 'invariants.yaml');
  const sentences = await requireSentences(invariants);
  const untested = await untestedRules(policies, tests, { folder: suite.folder, contract: means.contract });
  const own = { policyDir, suite, tests, sentences };
  const kept = before === null || before.hash === suite.hash ? null : await requireKept(own, before);
  await requireInvariants({ policyDir, policies, invariants }, means);
  const { skipped } = counts;
  return {
    tests: counts.passed,
    skipped,
    sentences: sentences.length,
    contradicted: kept?.contradicted ?? 0,
    accepted: kept?.accepted ?? [],
    findings: [
      ...(skipped > 0 ? [`${skipped} expectations are skipped by the tests, and say nothing.`] : []),
      ...untested,
      ...(kept?.findings ?? []),
    ],
  };
}

async function passingTests(policyDir: string, folder: string) {
  const suites = await readSuites(folder);
  if (suites.size === 0) throw new PoliciesRefused('tests', NO_TESTS);
  const { stdout, stderr } = await compilePolicies(policyDir, { tests: folder, output: 'json', verbose: true });
  const { failed, counts } = readTestReport(stdout, stderr);
  if (failed.length > 0) {
    const lines = failed.map((it) =>
      [it.suite, it.test, it.asked, it.message].filter((part) => part !== '').join(': '),
    );
    throw new PoliciesRefused('tests', lines.join('\n'));
  }
  if (counts.passed === 0) throw new PoliciesRefused('tests', NO_TESTS);
  return { tests: readTraces(stdout), counts };
}

async function requireSentences(file: string): Promise<Invariant[]> {
  const sentences = await readInvariants(file).catch((cause: unknown) => {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PoliciesRefused('invariants', `${cause.message} ${NO_SENTENCES}`, { cause });
  });
  if (sentences.length === 0) throw new PoliciesRefused('invariants', NO_SENTENCES);
  return sentences;
}

/**
 * Rules of reviewers' own kinds that no test sees hold, or that none sees fail.
 * @throws PoliciesRefused for one of a kind whose facts are the service's own
 */
async function untestedRules(
  policies: Policies,
  tests: readonly TracedTest[],
  { folder, contract }: { folder: string; contract: Contract },
): Promise<string[]> {
  const covered = measure(coverageGround(policies), tests, await readSuites(folder));
  const closed = new Set([...contract.closedKinds].map((kind) => policyName(kind, 'default', null)));
  const gaps = covered.filter((it) => it.point.sort === 'rule' && missing(it) !== '');
  const said = gaps.map((it) => ({
    isClosed: closed.has(it.point.policy),
    says: `${it.point.file}:${it.point.line} rule ${it.point.title}: in the tests it ${missing(it)}`,
  }));
  const refused = said.filter(({ isClosed }) => isClosed).map(({ says }) => says);
  if (refused.length > 0) throw new PoliciesRefused('tests', refused.join('\n'));
  return said.map(({ says }) => says);
}

async function requireInvariants(
  { policyDir, policies, invariants }: { policyDir: string; policies: Policies; invariants: string },
  { contract, openServers }: Means,
): Promise<void> {
  const progress = (): void => undefined;
  const options = {
    folder: policyDir,
    policies,
    invariants,
    kind: null,
    sentences: [],
    contract,
    openServers,
    progress,
  };
  const verified = await verifyPolicies(options).catch((cause: unknown) => {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PoliciesRefused('invariants', cause.message, { cause });
  });
  const report = findingsReport(verified, contract.words);
  if (report !== null) throw new PoliciesRefused('invariants', report);
}
