import { join } from 'node:path';
import { stringify } from 'safe-stable-stringify';
import { compilePolicies } from '@sparkgate/cerbos-pdp/compile';
import { readTestReport, type FailedTest } from '@sparkgate/cerbos-pdp/test-report';
import { readTraces, type TracedTest } from '@sparkgate/cerbos-pdp/traces';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { readSuites } from '@sparkgate/policy-workbench/tests/suites';
import { readInvariants, type Invariant } from '@sparkgate/policy-workbench/verify/invariants';
import { acceptanceOf, readAcceptances, type Accepted } from './acceptances.ts';
import type { Suite } from './admission.ts';
import { PoliciesRefused } from './refused.ts';

/** What holds a candidate: its own suite, whose tests pass. */
export interface Own {
  policyDir: string;
  suite: Suite;
  tests: readonly TracedTest[];
  sentences: readonly Invariant[];
}

/** An expectation of the suite before that does not hold any more. */
interface Given {
  sort: Accepted['sort'];
  /** As it is accepted. */
  name: string;
  why: string;
}

/** What became of the suite before. */
export interface Kept {
  contradicted: number;
  accepted: readonly Accepted[];
  findings: readonly string[];
}

/**
 * Holds the suite of the bundle that decides against a candidate. Each expectation that fails is contradicted by a test of
 * the candidate's own for the same input, or accepted by name; each sentence is said still, or accepted by name.
 * @throws PoliciesRefused
 */
export async function requireKept(own: Own, before: Suite): Promise<Kept> {
  const accepted = await readAcceptances(own.suite.folder, before.hash);
  const { failed, contradicted } = await failedTests(own, before.folder);
  const sentences = await sentencesOf(before.folder);
  const given = [...failed, ...lostSentences(sentences ?? [], own.sentences)];
  const isAccepted = (it: Given): boolean => accepted.some(({ sort, name }) => sort === it.sort && name === it.name);
  const open = given.filter((it) => !isAccepted(it));
  if (open.length > 0) throw refusal(open, before.hash);
  const idle = accepted.filter((it) => !given.some(({ sort, name }) => sort === it.sort && name === it.name));
  return {
    contradicted,
    accepted: accepted.filter((it) => !idle.includes(it)),
    findings: [
      ...idle.map(({ sort, name }) => `The ${sort} ${name} is accepted, and holds still.`),
      ...(sentences === null
        ? ['The invariants of the suite before cannot be read: none of them was looked for.']
        : []),
    ],
  };
}

async function failedTests(own: Own, folder: string): Promise<{ failed: Given[]; contradicted: number }> {
  const { stdout, stderr } = await compilePolicies(own.policyDir, { tests: folder, output: 'json' });
  const report = readTestReport(stdout, stderr);
  if (report.failed.length === 0) return { failed: [], contradicted: 0 };
  const said = await inputsOf(
    own.suite.folder,
    own.tests.filter(({ passed }) => passed),
  );
  const contrary = readTraces(stdout).filter(({ isContrary }) => isContrary);
  const asked = await inputsOf(folder, contrary);
  const inputs = new Set(said.values());
  const answered = new Set(contrary.filter((it) => inputs.has(asked.get(it) ?? '')).map(placeOf));
  const open = report.failed.filter((it) => !answered.has(placeOf(it)));
  return { failed: open.map(givenUp), contradicted: report.failed.length - open.length };
}

const placeOf = (it: FailedTest | TracedTest): string => {
  const asked = 'asked' in it ? it.asked : `${it.principal} ${it.action} ${it.resource}`;
  return JSON.stringify([it.file, it.suite, it.test, asked]);
};

const givenUp = ({ suite, test, asked, message }: FailedTest): Given => {
  const name = test === '' ? suite : `${suite}: ${test}`;
  return { sort: 'test', name, why: [name, asked, message].filter((it) => it !== '').join(': ') };
};

/** What each test asks, so that equal questions are equal texts. */
async function inputsOf(folder: string, tests: readonly TracedTest[]): Promise<Map<TracedTest, string>> {
  const suites = await readSuites(folder);
  return new Map(
    tests.map((it) => {
      const suite = suites.get(it.file);
      const [who, what] = [suite?.principals.get(it.principal), suite?.resources.get(it.resource)];
      const input = { who: who && { ...who, roles: who.roles.toSorted() }, what, action: it.action };
      return [it, who && what ? textOf({ ...input, set: suite?.special.get(it.test) }) : placeOf(it)];
    }),
  );
}

/** Null where they cannot be read: a suite of a first start was never held against anything. */
async function sentencesOf(folder: string): Promise<Invariant[] | null> {
  return readInvariants(join(folder, 'invariants.yaml')).catch((error: unknown) => {
    if (error instanceof PolicyError) return null;
    throw error;
  });
}

/** A sentence that is said still, word for word, holds or the candidate is refused over it. */
function lostSentences(before: readonly Invariant[], own: readonly Invariant[]): Given[] {
  const said = new Set(own.map(meaningOf));
  const ids = new Set(own.map(({ kind, id }) => `${kind} ${id}`));
  return before
    .filter((it) => !said.has(meaningOf(it)))
    .map(({ kind, id, says }) => {
      const how = ids.has(`${kind} ${id}`) ? 'says something else now' : 'is gone';
      return { sort: 'sentence', name: id, why: `${id} (${kind}) ${how}: ${says}` };
    });
}

function meaningOf({ place: _place, says: _says, rules: _rules, ...meaning }: Invariant): string {
  return textOf(meaning);
}

/** Equal values are equal texts, in whatever order they were written. */
const textOf = (value: object): string => stringify(value);

function refusal(open: readonly Given[], against: string): PoliciesRefused {
  const named = (sort: Accepted['sort']): string[] => [
    ...new Set(open.filter((it) => it.sort === sort).map(({ name }) => name)),
  ];
  const names = { test: named('test'), sentence: named('sentence') };
  const lines = [
    'The suite that holds the bundle that decides does not hold this one:',
    ...open.map(({ why }) => `  ${why}`),
    'Test the opposite for the same principal, resource and action, say the sentence again, or accept it by name:',
    acceptanceOf(names, against),
  ];
  return new PoliciesRefused(names.test.length > 0 ? 'tests' : 'invariants', lines.join('\n'));
}
