import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import type { Suite, TestPrincipal, TestResource } from './suites.ts';

/** One thing that a policy test expects, as a question to a PDP. */
export interface Expectation {
  test: string;
  question: DecisionInput;
  allowed: boolean;
}

/**
 * What the tests of a folder expect. Tests that set more than principal, resource and action (a time, a token, another
 * version) are left out: only Cerbos' own test runner can run them.
 * @param tests what Cerbos said of them on policies that pass
 */
export function expectationsOf(suites: ReadonlyMap<string, Suite>, tests: readonly TracedTest[]): Expectation[] {
  return tests.flatMap(({ file, suite: name, test, principal, resource, action, passed, effect }) => {
    const suite = suites.get(file);
    const [who, what] = [suite?.principals.get(principal), suite?.resources.get(resource)];
    if (!passed || !suite || !who || !what || suite.special.has(test)) return [];
    if (who.special !== null || what.special !== null) return [];
    return [{ test: `${name}: ${test}`, question: questionOf(who, what, action), allowed: effect === 'EFFECT_ALLOW' }];
  });
}

/** What a test asks, as a question to a PDP. */
export const questionOf = (who: TestPrincipal, what: TestResource, action: string): DecisionInput => ({
  kind: what.kind,
  action,
  roles: who.roles,
  principalId: who.id,
  principalAttr: who.attr,
  resourceId: what.id,
  resourceAttr: what.attr,
});
