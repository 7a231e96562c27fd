import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, textOf } from '@sparkgate/cerbos-policies/expressions';
import type { Policies } from '@sparkgate/cerbos-policies/policies';
import type { OwnedCondition } from './conditions.ts';
import { foundAt, type LintFinding } from './lint-finding.ts';
import { itemsOf, placeAt, placesOf, type Places } from './schema-places.ts';

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '+', '-', '*', '/', '%']);
const LOOPS = new Set(['exists', 'all', 'exists_one', 'existsOne', 'filter', 'map']);
const EQUALS: ReadonlySet<string> = new Set(['==', '!=']);

/**
 * Uses that err where a value is null, of values that the kind's schema lets be null, in conditions that compare them with
 * nothing. Under strict evaluation such a condition denies, silently.
 */
export function unguardedNulls({ policy, leaves }: OwnedCondition, policies: Policies): LintFinding[] {
  if (policy.sort !== 'resource') return [];
  const places = placesOf(policy, policies);
  if (places.size === 0) return [];
  const compared = new Set(leaves.flatMap(({ node }) => comparedIn(node)));
  return leaves.flatMap(({ document, keys, node }) =>
    [...new Set(usesIn(node, places))]
      .filter((text) => !compared.has(text))
      .map((text) =>
        foundAt(
          'unguarded-null',
          document,
          keys,
          `${text} may be null by its schema, and this errs then, which denies. Say ${text} != null before.`,
        ),
      ),
  );
}

/** The texts of values that are compared with a constant, or asked for by `has`. */
function comparedIn(node: ASTNode): string[] {
  const own = EQUALS.has(node.op)
    ? childrenOf(node).map(textOf)
    : node.op === 'call' && node.args[0] === 'has'
      ? node.args[1].map(textOf)
      : node.op === 'in'
        ? [textOf(node.args[0])]
        : [];
  return [...own, ...childrenOf(node).flatMap(comparedIn)];
}

function usesIn(node: ASTNode, places: Places): string[] {
  const inner = withLoop(node, places);
  const used = operandsThatErr(node).filter((it) => placeAt(it, places)?.isNullable === true);
  return [...used.map(textOf), ...childrenOf(node).flatMap((it) => usesIn(it, inner))];
}

/** The operands of a node for which null is an error. */
function operandsThatErr(node: ASTNode): ASTNode[] {
  if (ORDERS.has(node.op)) return childrenOf(node);
  switch (node.op) {
    case '.':
      return [node.args[0]];
    case 'in':
      return [node.args[1]];
    case '!_':
      return [node.args];
    case 'rcall':
      return [node.args[1]];
    case 'call':
      return node.args[0] === 'size' ? [...node.args[1]] : [];
    default:
      return [];
  }
}

function withLoop(node: ASTNode, places: Places): Places {
  if (node.op !== 'rcall') return places;
  const [called, list, [variable]] = node.args;
  if (!LOOPS.has(called) || variable?.op !== 'id') return places;
  const of = listAt(list, places);
  const inner = new Map(places);
  inner.delete(variable.args);
  return of ? inner.set(variable.args, itemsOf(of)) : inner;
}

/** A list, also as `filter` left it. */
const listAt = (node: ASTNode, places: Places): ReturnType<typeof placeAt> =>
  node.op === 'rcall' && node.args[0] === 'filter' ? listAt(node.args[1], places) : placeAt(node, places);
