import type { TracedTest } from '@sparkgate/cerbos-pdp/traces';
import { matchesAny, matchesGlob } from '@sparkgate/cerbos-policies/glob';
import type { Exceptions, Rule } from '@sparkgate/cerbos-policies/policy';
import type { TestPrincipal, TestResource } from '../tests/suites.ts';
import { keyOf, type Hit, type Measured } from './hits.ts';
import type { PlacedRule } from './points.ts';

/**
 * What a test says of rules without a condition. Of one that is not for the subject's roles Cerbos says nothing, and of
 * those in principal and role policies nothing that tells them apart.
 */
export function triesOf(test: TracedTest, { ground, suites }: Measured): Hit[] {
  const suite = suites.get(test.file);
  const [who, what] = [suite?.principals.get(test.principal), suite?.resources.get(test.resource)];
  if (!who || !what) return [];
  const roles = withParents(who.roles, ground.exceptions);
  return ground.unconditioned.flatMap(({ policy, rule, kind, point }): Hit[] => {
    if (!matchesGlob(kind, what.kind)) return [];
    if (!isAsked(policy, policy.sort === 'resource' ? what : { ...what, version: policy.version })) return [];
    const held = appliesTo({ policy, rule }, { who, roles, test });
    return held === null ? [] : [{ key: keyOf({ ...point, sort: 'rule' }), held }];
  });
}

/** Whether the policy has a say where this resource is asked for: its own scope's, or one that holds that. */
const isAsked = ({ version, scope }: PlacedRule['policy'], what: TestResource): boolean =>
  version === what.version && (scope === null || what.scope === scope || what.scope.startsWith(`${scope}.`));

/** Null: the test does not tell. */
function appliesTo(
  { policy, rule }: Pick<PlacedRule, 'policy' | 'rule'>,
  { who, roles, test }: { who: TestPrincipal; roles: ReadonlySet<string>; test: TracedTest },
): boolean | null {
  const isNamed = matchesAny(rule.actions, test.action);
  if (policy.sort === 'role') return who.roles.includes(policy.whose) ? isNamed : null;
  if (!isNamed) return null;
  // What holds, the trace says.
  if (policy.sort === 'principal') return policy.whose === who.id ? null : false;
  return isForNone(rule, roles, test) ? false : null;
}

function isForNone(rule: Rule, roles: ReadonlySet<string>, { trace }: TracedTest): boolean {
  const derived = new Set(
    trace.flatMap(({ at, result }) => {
      const index = at.findIndex(({ kind }) => kind === 'DERIVED_ROLE');
      return index >= 0 && result === true && at.length <= index + 3 ? [at[index]?.name] : [];
    }),
  );
  return !rule.roles.some((role) => roles.has(role)) && !rule.derivedRoles.some((role) => derived.has(role));
}

/** A role policy's role counts as those that it narrows. */
function withParents(roles: readonly string[], rules: readonly PlacedRule[]): Set<string> {
  const policies = rules.map(({ policy }) => policy).filter((it): it is Exceptions => it.sort === 'role');
  const all = new Set(roles);
  for (const role of all) {
    for (const { parentRoles } of policies.filter(({ whose }) => whose === role)) {
      for (const parent of parentRoles) all.add(parent);
    }
  }
  return all;
}
