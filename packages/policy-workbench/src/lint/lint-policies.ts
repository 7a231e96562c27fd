import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import { measure, missing } from '../coverage/measure.ts';
import { coverageGround } from '../coverage/points.ts';
import type { Suite } from '../tests/suites.ts';
import { alwaysErring } from './always-errs.ts';
import { conditionsIn } from './conditions.ts';
import { constantConditions } from './constant-condition.ts';
import type { LintFinding } from './lint-finding.ts';
import { deadRules, deniesForSomeRoles, hashCollisions } from './rule-checks.ts';
import { unguardedNulls } from './unguarded-null.ts';

/** What the tests of policies saw. */
export interface Seen {
  tests: readonly TracedTest[];
  suites: ReadonlyMap<string, Suite>;
}

/**
 * All that lint finds, in the order of files and lines.
 * @param seen null where there are no tests, or they cannot be run
 */
export function lintPolicies(policies: Policies, seen: Seen | null): LintFinding[] {
  const conditions = conditionsIn(policies);
  const found = [
    ...conditions.flatMap(alwaysErring),
    ...conditions.flatMap(constantConditions),
    ...conditions.flatMap((it) => unguardedNulls(it, policies)),
    ...deniesForSomeRoles(policies),
    ...deadRules(policies),
    ...hashCollisions(policies),
    ...(seen ? untestedRules(policies, seen) : []),
  ];
  return found.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

function untestedRules(policies: Policies, { tests, suites }: Seen): LintFinding[] {
  return measure(coverageGround(policies), tests, suites)
    .filter((it) => it.point.sort === 'rule' && missing(it) !== '')
    .map((it) => ({
      rule: 'rule-without-test',
      file: it.point.file,
      line: it.point.line,
      message: `${it.point.title}: in the tests it ${missing(it)}. Add a test of each.`,
    }));
}
