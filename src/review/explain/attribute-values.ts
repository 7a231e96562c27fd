import type { Attribute } from '@sparkgate/cerbos-policies/expression-reads';
import { asList } from '@sparkgate/cerbos-policies/yaml-node';

/** What sort of value an attribute is. */
type Sort = 'boolean' | 'string' | 'number' | 'list';

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
  const sorts = new Set([...sortOf(now), ...leaves.flatMap((leaf) => sortsIn(leaf, side, name))]);
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

/** What an expression takes an attribute for, at each place. */
function sortsIn(leaf: string, side: Attribute['side'], name: string): Sort[] {
  const of = side === 'subject' ? 'P|request\\.principal' : 'R|request\\.resource';
  const places = leaf.matchAll(new RegExp(`\\b(?:${of})\\.attr(?:\\.${name}\\b|\\[["']${name}["']\\])`, 'g'));
  return [...places].flatMap(({ 0: found, index }) =>
    sortAt(leaf.slice(0, index).trimEnd(), leaf.slice(index + found.length).trimStart()),
  );
}

function sortAt(before: string, after: string): Sort[] {
  if (/\bin$/.test(before) || /^\.(?:size|exists|exists_one|all|filter|map)\(/.test(after)) return ['list'];
  if (/^\.(?:startsWith|endsWith|contains|matches)\(/.test(after)) return ['string'];
  const right = /^(?:==|!=|<=?|>=?|in\s*\[)/.exec(after)?.[0];
  if (right !== undefined) return sortOfText(after.slice(right.length).trimStart());
  const operator = /(?:==|!=|<=?|>=?)$/.exec(before)?.index;
  if (operator !== undefined) return sortAtEnd(before.slice(0, operator).trimEnd());
  const isAlone = /(?:^|[(!?:]|&&|\|\|)$/.test(before) && /^(?:$|[)?:]|&&|\|\|)/.test(after);
  return isAlone && !/\bhas\($/.test(before) ? ['boolean'] : [];
}

/** What a text ends in. */
function sortAtEnd(text: string): Sort[] {
  return /["']$/.test(text) ? ['string'] : sortOfText(/(?<![^\s(!])[^\s(!]+$/.exec(text)?.[0] ?? '');
}

/** What a text begins with. */
function sortOfText(text: string): Sort[] {
  if (/^(?:["']|(?:P|R|request\.(?:principal|resource))\.id\b)/.test(text)) return ['string'];
  if (/^(?:true|false)\b/.test(text)) return ['boolean'];
  if (/^-?\d/.test(text)) return ['number'];
  return text.startsWith('[') ? ['list'] : [];
}

/** Texts and numbers in an expression. */
function literalsIn(leaf: string): (string | number)[] {
  const texts = [...leaf.matchAll(/"([^"\\]*)"|'([^'\\]*)'/g)].map(([, a, b]) => a ?? b ?? '');
  const rest = leaf.replaceAll(/"[^"]*"|'[^']*'/g, '');
  return [...texts, ...[...rest.matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].map(([number]) => Number(number))];
}
