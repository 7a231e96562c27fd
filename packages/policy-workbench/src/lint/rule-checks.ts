import { leavesOf } from '@sparkgate/cerbos-policies/condition';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { ResourcePolicy, Rule } from '@sparkgate/cerbos-policies/policy';
import { refuseHashCollisions } from '@sparkgate/cerbos-policies/rule-hash-collisions';
import { foundAt, type LintFinding } from './lint-finding.ts';

const DENY = 'EFFECT_DENY';

/** DENY rules that do not hold for every role: Cerbos weighs a DENY against an ALLOW within one role only. */
export function deniesForSomeRoles({ loaded }: Policies): LintFinding[] {
  return loaded.flatMap((policy) => {
    if (policy.sort !== 'resource') return [];
    const some = policy.rules.filter(({ effect, roles }) => effect === DENY && !roles.includes('*'));
    return some.map((rule) =>
      foundAt(
        'deny-for-some-roles',
        policy.document,
        rule.keys,
        `${rule.title} denies ${[...rule.roles, ...rule.derivedRoles].join(', ')} alone, and whoever has another role besides is allowed by a rule for that. Write roles: ["*"], and who is meant as a condition.`,
      ),
    );
  });
}

/** Rules that an unconditional DENY overrides, and those that say again what another says. */
export function deadRules({ loaded }: Policies): LintFinding[] {
  return loaded.flatMap((policy) => {
    if (policy.sort !== 'resource') return [];
    return policy.rules.flatMap((rule, index) => {
      const why = deniedBy(rule, policy) ?? saidBefore(rule, policy.rules.slice(0, index));
      return why === null ? [] : [foundAt('dead-rule', policy.document, rule.keys, `${rule.title} ${why} Remove it.`)];
    });
  });
}

function deniedBy(rule: Rule, { rules }: ResourcePolicy): string | null {
  if (rule.effect === DENY) return null;
  const denies = rules.filter((it) => it.effect === DENY && it.condition === null && it.roles.includes('*'));
  const by = rule.actions.map((action) => denies.find((it) => matchesAny(it.actions, action)));
  const [first] = by;
  return first && by.every((it) => it !== undefined)
    ? `allows nothing: ${first.title} denies it to everybody, always.`
    : null;
}

function saidBefore(rule: Rule, before: readonly Rule[]): string | null {
  const same = before.find(
    (it) => meaningOf(it) === meaningOf(rule) && rule.actions.every((action) => matchesAny(it.actions, action)),
  );
  return same ? `says again what ${same.title} says.` : null;
}

/** What a rule says, but for its actions; what it puts out counts as well. */
const meaningOf = ({ effect, roles, derivedRoles, condition, output }: Rule): string =>
  JSON.stringify([
    effect,
    roles.toSorted(),
    derivedRoles.toSorted(),
    condition && [JSON.stringify(condition).replaceAll(/"keys":\[[^\]]*\]/g, ''), leavesOf(condition).length],
    output,
  ]);

/** What keeps policies from compiling here, since Cerbos would mix it up. */
export function hashCollisions(policies: Policies): LintFinding[] {
  try {
    refuseHashCollisions(policies);
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const [, file = '', line = '1'] = /^(.+?):(\d+) and /.exec(error.message) ?? [];
    return [{ rule: 'rule-hash-collision', file, line: Number(line), message: error.message }];
  }
}
