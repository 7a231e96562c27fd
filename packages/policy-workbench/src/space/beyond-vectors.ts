import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, expression, nameOf } from '@sparkgate/cerbos-policies/expressions';
import { InfiniteDomain } from './finite-domain.ts';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';

/**
 * Refuses a kind whose vectors do not say it all: rules that look at ids, the time or the subject's attributes, that call
 * what cannot be computed here, or that a principal or role policy overrides. One vector then does not speak for all who
 * have it. Of kinds that are not closed, lists come in any order and with anything twice.
 * @param arrays the fields that hold a list
 * @param isClosed whether the service makes every attribute of the kind itself
 * @throws InfiniteDomain with what it is that they look at
 */
export function refuseBeyondVectors(text: KindText, arrays: ReadonlySet<string>, isClosed: boolean): void {
  const [swaying] = text.swayedBy;
  if (swaying !== undefined) throw new InfiniteDomain(`${swaying} makes exceptions from it`);
  const texts = text.rules.flatMap(({ leaves, variables }) => [...leaves, ...variables]);
  for (const each of new Set(texts)) {
    const { node, unknownFunction } = expression(each);
    if (unknownFunction !== null) {
      throw new InfiniteDomain(`its policy calls ${unknownFunction}, which is known to Cerbos alone`);
    }
    refuseNames(node, isClosed);
    if (!isClosed) refuseOrder(node, arrays, false);
  }
}

/** Names in a request that a vector does not hold. */
function refuseNames(node: ASTNode, isClosed: boolean): void {
  const name = nameOf(node);
  if (name === undefined) {
    for (const child of childrenOf(node)) refuseNames(child, isClosed);
    return;
  }
  const [root, part] = name
    .replace(/^request\.principal\b/, 'P')
    .replace(/^request\.resource\b/, 'R')
    .split('.');
  const isVector =
    root === 'P'
      ? part === 'roles' || (part === 'attr' && isClosed)
      : root === 'R'
        ? part === 'attr' || part === 'kind'
        : !BEYOND.has(root ?? '');
  if (!isVector) throw new InfiniteDomain(`its policy looks at ${name}`);
}

const BEYOND = new Set(['request', 'runtime', 'G', 'globals']);

/** What asks whether something is in a list, and not where or how often. */
const TESTS = new Set(['exists', 'all', 'hasIntersection', 'has_intersection', 'isSubset', 'is_subset', 'has']);
/** What makes a list of lists. */
const SELECTIONS = new Set(['filter', 'intersect', 'except']);
const COMPARISONS = new Set(['>', '==', '!=', '<=']);

/** @param isTested whether the node stands where only its elements matter */
function refuseOrder(node: ASTNode, arrays: ReadonlySet<string>, isTested: boolean): void {
  const field = nameOf(node)?.match(/^R\.attr\.(\w+)$/)?.[1];
  if (field !== undefined && arrays.has(field) && !isTested) {
    throw new InfiniteDomain(`its policy looks at ${field} other than for what is in it`);
  }
  const [left, right] = childrenOf(node);
  if (node.op === 'in' && left && right) {
    refuseOrder(left, arrays, false);
    refuseOrder(right, arrays, true);
    return;
  }
  const isNone = COMPARISONS.has(node.op) && right?.op === 'value' && Number(right.args) === 0;
  const called = calledBy(node);
  const passes = isNone || TESTS.has(called) || ((SELECTIONS.has(called) || called === 'size') && isTested);
  for (const child of childrenOf(node)) refuseOrder(child, arrays, passes);
}

function calledBy(node: ASTNode): string {
  return node.op === 'call' || node.op === 'rcall' ? node.args[0] : '';
}
