import { leavesOf, type Condition } from './condition.ts';
import type { Policies } from './policies.ts';
import { PolicyError } from './policy-error.ts';
import type { DerivedRoles, Exceptions, Policy, ResourcePolicy, Rule } from './policy.ts';
import { asNode } from './yaml-node.ts';

/** A rule, on one action and in one way to reach it; or a constant. */
interface Row {
  /** File and line. */
  at: string;
  /** What Cerbos tells it apart by. */
  looks: string;
  /** What it means. */
  means: string;
}

/**
 * Refuses what Cerbos would mix up. Cerbos 0.55 tells rules apart by a hash of their contents, and the hash does not see
 * structure (protoc-gen-go-hashpb writes no field tags): `all: [a, b]` has the hash of `any: [a, b]`, `none: [a, b]` and
 * `all: [a, any: [b]]`. Rules with one hash, wherever they are written, are all decided by the one that was loaded first,
 * and of two files that is either. In the same way a constant `false` passes for `""` and for null.
 * @throws PolicyError with files and lines
 */
export function refuseHashCollisions({ loaded }: Pick<Policies, 'loaded'>): void {
  refuse(
    Map.groupBy(rowsOf(loaded), ({ looks }) => looks),
    'these two rules, which have the same action, effect and expressions and differ only in all, any and none. ' +
      'Give one of them an output of its own, such as output: { when: { ruleActivated: \'"its name"\' } }.',
  );
  refuse(
    Map.groupBy(constantsOf(loaded), ({ looks }) => looks),
    'these two constants of one name, which differ only in how they are nested, or in false, null and "". ' +
      'Give one of them another name.',
  );
}

function refuse(alike: ReadonlyMap<string, readonly Row[]>, what: string): void {
  for (const [first, ...others] of alike.values()) {
    const other = others.find(({ means }) => means !== first?.means);
    if (first && other) throw new PolicyError(`${first.at} and ${other.at}: Cerbos cannot tell apart ${what}`);
  }
}

function rowsOf(policies: readonly Policy[]): Row[] {
  const sets = policies.filter((it) => it.sort === 'derived roles');
  return policies.flatMap((policy) => {
    switch (policy.sort) {
      case 'resource': {
        const roles = conditionsOfRoles(sets.filter(({ name }) => policy.importDerivedRoles.includes(name)));
        return policy.rules.flatMap((rule) => {
          const through = rule.derivedRoles.map((name) => roles.get(name) ?? null);
          const ways = through.length > 0 && rule.roles.length === 0 ? through : [null, ...through];
          return rowsOfRule(policy, rule, { actions: rule.actions, ways });
        });
      }
      case 'principal':
        return policy.rules.flatMap(({ rules }) =>
          rules.flatMap((rule) => rowsOfRule(policy, rule, { actions: rule.actions, ways: [null] })),
        );
      case 'role':
        return policy.rules.flatMap(({ rules }) =>
          rules.flatMap((rule) => rowsOfRule(policy, rule, { actions: [rule.actions.toSorted()], ways: [null] })),
        );
      default:
        return [];
    }
  });
}

const conditionsOfRoles = (sets: readonly DerivedRoles[]): Map<string, Condition | null> =>
  new Map(sets.flatMap(({ definitions }) => definitions).map(({ name, condition }) => [name, condition]));

function rowsOfRule(
  { sort, document }: ResourcePolicy | Exceptions,
  rule: Rule,
  { actions, ways }: { actions: readonly unknown[]; ways: readonly (Condition | null)[] },
): Row[] {
  // Of a principal policy the rule that is named holds several actions.
  const at = document.locate(...rule.keys.slice(0, 3));
  return actions.flatMap((action) => ways.map((way) => ({ at, ...looked([sort, action], rule, way) })));
}

function looked(what: unknown[], rule: Rule, roleCondition: Condition | null): Pick<Row, 'looks' | 'means'> {
  const texts = [rule.condition, roleCondition].flatMap((it) => leavesOf(it).map(({ expr }) => expr));
  const told = [rule.output['expr'], ...Object.values(asNode(rule.output['when']))];
  const sort = [...what, rule.effect, rule.condition === null, roleCondition === null];
  return {
    looks: JSON.stringify([sort, texts, told]),
    means: JSON.stringify([meaningOf(rule.condition), meaningOf(roleCondition), rule.output]),
  };
}

type Meaning = string | null | { how: string; of: Meaning[] };

function meaningOf(condition: Condition | null): Meaning {
  if (condition === null) return null;
  if ('expr' in condition) return condition.expr;
  const { how } = condition;
  const of = condition.of.map(meaningOf);
  // One thing is the same as all and any of it.
  return how !== 'none' && of.length === 1 ? (of[0] ?? null) : { how, of };
}

function constantsOf(policies: readonly Policy[]): Row[] {
  return policies.flatMap((policy) => {
    const [keys, named] =
      'constants' in policy ? [[ROOTS[policy.sort], 'constants', 'local'], policy.constants.local] : [[], {}];
    const own =
      policy.sort === 'constants'
        ? { keys: ['exportConstants', 'definitions'], named: policy.definitions }
        : { keys, named };
    return Object.entries(own.named).map(([name, value]) => ({
      at: policy.document.locate(...own.keys, name),
      looks: JSON.stringify([name, flat(value)]),
      means: JSON.stringify(value),
    }));
  });
}

const ROOTS = {
  resource: 'resourcePolicy',
  principal: 'principalPolicy',
  role: 'rolePolicy',
  'derived roles': 'derivedRoles',
} as const;

/** A constant as Cerbos looks at it: without its structure, and with nothing, no and an empty text alike. */
function flat(value: unknown): unknown[] {
  if (typeof value === 'object' && value !== null) {
    return (
      Array.isArray(value)
        ? value
        : Object.entries(value)
            .toSorted(([one], [other]) => (one < other ? -1 : 1))
            .flat()
    ).flatMap(flat);
  }
  return [value === false || value === '' ? null : value];
}
