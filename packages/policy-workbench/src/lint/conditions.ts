import { leavesOf, type Condition } from '@sparkgate/cerbos-policies/condition';
import { expand, expression, UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { namesIn } from '@sparkgate/cerbos-policies/kind-text';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { DerivedRoles, Exceptions, ResourcePolicy } from '@sparkgate/cerbos-policies/policy';
import type { Keys, PolicyDocument } from '@sparkgate/cerbos-policies/policy-documents';
import type { ASTNode } from '@marcbachmann/cel-js';

/** A condition of a rule or a derived role, and whose it is. */
export interface OwnedCondition {
  condition: Condition;
  policy: ResourcePolicy | Exceptions | DerivedRoles;
  /** Each of its expressions, with variables and constants filled in. What cannot be read here is left out. */
  leaves: readonly ReadLeaf[];
}

export interface ReadLeaf {
  document: PolicyDocument;
  keys: Keys;
  /** As it is written. */
  written: string;
  node: ASTNode;
}

/** All conditions of all policies that Cerbos loads. */
export function conditionsIn(policies: Policies): OwnedCondition[] {
  return policies.loaded.flatMap((policy): OwnedCondition[] => {
    switch (policy.sort) {
      case 'resource':
        return owned(policy, policy.rules, policies);
      case 'derived roles':
        return owned(policy, policy.definitions, policies);
      case 'principal':
      case 'role':
        return owned(
          policy,
          policy.rules.flatMap(({ rules }) => rules),
          policies,
        );
      default:
        return [];
    }
  });
}

const owned = (
  policy: OwnedCondition['policy'],
  owners: readonly { condition: Condition | null }[],
  policies: Policies,
): OwnedCondition[] =>
  owners
    .flatMap(({ condition }) => condition ?? [])
    .map((condition) => ({ condition, policy, leaves: readLeaves(condition, policy, policies) }));

function readLeaves(condition: Condition, policy: OwnedCondition['policy'], policies: Policies): ReadLeaf[] {
  const { document } = policy;
  return leavesOf(condition).flatMap(({ expr, keys }) => {
    try {
      const { node } = expression(expand(expr, namesIn(policy, policies)));
      return [{ document, keys, written: expr, node }];
    } catch (error) {
      if (error instanceof UnreadableExpression) return [];
      throw error;
    }
  });
}
