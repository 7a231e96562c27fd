import type { ASTNode } from '@marcbachmann/cel-js';
import type { Condition } from '@sparkgate/cerbos-policies/condition';
import { childrenOf, textOf } from '@sparkgate/cerbos-policies/expressions';
import type { OwnedCondition, ReadLeaf } from './conditions.ts';
import { foundAt, type LintFinding } from './lint-finding.ts';

/** What a decision can depend on. */
const DEPENDS = new Set(['R', 'P', 'request', 'runtime', 'G', 'globals']);

/** Conditions that depend on nothing, and those that contradict or exhaust themselves. */
export function constantConditions({ condition, leaves }: OwnedCondition): LintFinding[] {
  const constant = leaves
    .filter(({ node }) => !isDependent(node))
    .map(({ document, keys, written }) =>
      foundAt(
        'constant-condition',
        document,
        keys,
        `\`${written}\` depends on nothing that is asked. Remove it, or the rule.`,
      ),
    );
  const byKeys = new Map(leaves.map((leaf) => [leaf.keys.join('\n'), leaf]));
  const [first] = leaves;
  if (!first) return constant;
  const said = (why: string): LintFinding => foundAt('constant-condition', first.document, first.keys, why);
  const never = pairIn(partsOf(condition, byKeys, 'all'), '==');
  const always = pairIn(partsOf(condition, byKeys, 'any'), '!=');
  return [
    ...constant,
    ...(never ? [said(`${never.join(' and ')} are never both true: the condition never holds.`)] : []),
    ...(always ? [said(`${always.join(' or ')}, one of them is always true: the condition always holds.`)] : []),
  ];
}

function isDependent(node: ASTNode): boolean {
  if (node.op === 'id' && DEPENDS.has(node.args)) return true;
  if (node.op === 'call' && node.args[0] === 'now') return true;
  return childrenOf(node).some(isDependent);
}

/** The expressions that all have to hold, or of which one has to. */
function partsOf(condition: Condition, leaves: ReadonlyMap<string, ReadLeaf>, how: 'all' | 'any'): ASTNode[] {
  if ('expr' in condition) {
    const leaf = leaves.get(condition.keys.join('\n'));
    return leaf ? operandsOf(leaf.node, how === 'all' ? '&&' : '||') : [];
  }
  return condition.how === how || (condition.of.length === 1 && condition.how !== 'none')
    ? condition.of.flatMap((it) => partsOf(it, leaves, how))
    : [];
}

const operandsOf = (node: ASTNode, op: '&&' | '||'): ASTNode[] =>
  node.op === op ? childrenOf(node).flatMap((it) => operandsOf(it, op)) : [node];

/** Two comparisons of one thing with different constants. */
function pairIn(parts: readonly ASTNode[], op: '==' | '!='): [string, string] | null {
  const seen = new Map<string, { value: string; text: string }>();
  for (const node of parts) {
    if (node.op !== op) continue;
    const [left, right] = node.args;
    const [what, constant] = right.op === 'value' ? [left, right] : [right, left];
    if (constant.op !== 'value' || what.op === 'value') continue;
    const [of, value] = [textOf(what), textOf(constant)];
    const before = seen.get(of);
    if (before && before.value !== value && isComparable(before.value, value)) return [before.text, textOf(node)];
    seen.set(of, { value, text: textOf(node) });
  }
  return null;
}

/** 1 and 1.0 are equal, however they are written. */
const isComparable = (one: string, other: string): boolean =>
  Number.isNaN(Number(one)) || Number(one) !== Number(other);
