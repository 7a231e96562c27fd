import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf } from '@sparkgate/cerbos-policies/expressions';
import { sortedRecords } from './finite-domain.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';

/** Lists are not made longer than this. */
const LONGEST = 40;

/** The lengths beyond two at which expressions may come out otherwise, by the numbers that they mention. */
export function tellingLengths(nodes: readonly ASTNode[]): number[] {
  const near = nodes.flatMap(numbersIn).flatMap((it) => [it - 1, it, it + 1]);
  const lengths = new Set([3, ...near].filter((it) => it > 2 && it <= LONGEST));
  return [...lengths].toSorted((a, b) => a - b);
}

function numbersIn(node: ASTNode): number[] {
  const own = node.op === 'value' && (typeof node.args === 'bigint' || typeof node.args === 'number');
  return own ? [Number(node.args)] : childrenOf(node).flatMap(numbersIn);
}

/**
 * Makes lists longer without making more of them true record by record. What is wrong with long lists is often found so;
 * that nothing is wrong is not shown.
 */
export function longerLists(
  lists: readonly (readonly Json[])[],
  {
    records,
    traits,
    lengths,
  }: { records: readonly Json[]; traits: (record: Json) => bigint; lengths: readonly number[] },
): Json[][] {
  return lists.flatMap((list) => {
    const all = list.reduce<bigint>((sum, record) => sum | traits(record), 0n);
    const fitting = records.filter((record) => (traits(record) | all) === all && !list.includes(record));
    return lengths
      .filter((length) => length > list.length && length <= list.length + fitting.length)
      .map((length) => sortedRecords([...list, ...fitting.slice(0, length - list.length)]));
  });
}
