import { literalsIn, type Attribute } from '@sparkgate/cerbos-policies/expression-reads';
import { sortsIn, type Sort } from '@sparkgate/cerbos-policies/expression-sorts';
import { asList } from '@sparkgate/cerbos-policies/yaml-node';

interface Known {
  now: unknown;
  subject: string;
  leaves: readonly string[];
  /** Values that a schema lists. */
  listed: readonly unknown[];
}

/**
 * Values that an attribute might have instead: those that the expressions mention, of the sort that the expressions take
 * the attribute for or that it has now. Of any sort, where nothing tells. `others`: what no expression mentions, for
 * rules that ask for something else than they mention; undefined = it is not there at all.
 */
export function otherValues(
  { side, name }: Attribute,
  { now, subject, leaves, listed }: Known,
): { mentioned: unknown[]; others: unknown[] } {
  const literals = [...new Set(leaves.flatMap(literalsIn))];
  const texts = [subject, ...literals.filter((it) => typeof it === 'string')];
  const numbers = literals.filter((it) => typeof it === 'number');
  const values: Readonly<Record<Sort, Record<'mentioned' | 'others', readonly unknown[]>>> = {
    boolean: { mentioned: [true, false], others: [] },
    string: { mentioned: texts, others: ['', 'something else'] },
    number: { mentioned: numbers, others: numbers.flatMap((it) => [it + 1, it - 1]) },
    list: { mentioned: texts.map((it) => [it]), others: [...fewer(now), texts, []] },
  };
  const sorts = new Set([...sortOf(now), ...leaves.flatMap((leaf) => sortsIn(leaf, { side, name }))]);
  const fitting = sorts.size > 0 ? [...sorts] : (Object.keys(values) as Sort[]);
  const mentioned = different(
    fitting.flatMap((sort) => values[sort].mentioned),
    [now],
  );
  const others = [...listed, ...fitting.flatMap((sort) => values[sort].others), undefined];
  return { mentioned, others: different(others, [now, ...mentioned]) };
}

/** A list without one of what it holds. */
const fewer = (now: unknown): unknown[] => asList(now).map((_, index) => asList(now).toSpliced(index, 1));

function different(values: readonly unknown[], from: readonly unknown[]): unknown[] {
  const known = new Set(from.map((it) => JSON.stringify(it)));
  return values.filter((it) => !known.has(JSON.stringify(it)) && known.add(JSON.stringify(it)));
}

function sortOf(value: unknown): Sort[] {
  if (Array.isArray(value)) return ['list'];
  const sort = typeof value;
  return sort === 'boolean' || sort === 'string' || sort === 'number' ? [sort] : [];
}
