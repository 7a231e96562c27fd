import type { Keys } from './policy-documents.ts';
import { asList, asNode, isString } from './yaml-node.ts';

/** A condition of a rule or a derived role, as it is written. */
export type Condition = Leaf | { how: 'all' | 'any' | 'none'; of: readonly Condition[] };

/** One expression of a condition. */
export interface Leaf {
  expr: string;
  /** Where it stands in its document. */
  keys: Keys;
}

const WAYS = ['all', 'any', 'none'] as const;

/** What stands under `match`; null where nothing does. @param keys where it stands */
export function conditionOf(match: unknown, keys: Keys): Condition | null {
  const node = asNode(match);
  if (isString(node['expr'])) return { expr: node['expr'], keys: [...keys, 'expr'] };
  const how = WAYS.find((it) => node[it] !== undefined);
  if (how === undefined) return null;
  const of = asList(asNode(node[how])['of']).flatMap((it, index) => conditionOf(it, [...keys, how, 'of', index]) ?? []);
  return { how, of };
}

/** The expressions of a condition, in their order. */
export function leavesOf(condition: Condition | null): Leaf[] {
  if (condition === null) return [];
  return 'expr' in condition ? [condition] : condition.of.flatMap(leavesOf);
}
