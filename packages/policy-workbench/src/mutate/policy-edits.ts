import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Policy } from '@sparkgate/cerbos-policies/policy';
import type { Edit } from './edit.ts';
import { expressionEdits, type Vocabulary } from './expression-edits.ts';

/** What a reviewer of this file could mix up. */
export interface PolicyVocabulary extends Vocabulary {
  /** The roles of principals, and every derived role that is imported. */
  roles: readonly string[];
  derivedRoles: readonly string[];
  actions: readonly string[];
  kinds: readonly string[];
  /** What the tests ask for: whoever wrote `*` may have meant just one of these. */
  asked: { actions: readonly string[]; roles: readonly string[] };
}

/** Every mutation of a policy file that a reviewer could have written, in the order of the file. */
export function policyEdits(policies: readonly Policy[], text: string, vocabulary: PolicyVocabulary): Edit[] {
  const edits: Edit[] = [];
  // What an alias or a merge key stands for is edited where it is written, once.
  for (const { document } of policies) walk(document.written.contents, [], { text, vocabulary, edits });
  return edits.toSorted((a, b) => a.from - b.from);
}

interface Walk {
  text: string;
  vocabulary: PolicyVocabulary;
  edits: Edit[];
}

function walk(node: unknown, path: readonly string[], at: Walk): void {
  if (isSeq(node)) {
    for (const item of node.items) {
      if (path.at(-1) === 'rules') at.edits.push(...removal(node, item, 'removes the rule', at.text));
      if (path.at(-1) === 'actions') at.edits.push(...removal(node, item, 'removes the action', at.text));
      walk(item, [...path, '-'], at);
    }
  }
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (isPair(pair) && isScalar(pair.key)) pairEdits(node, pair as Pair<Scalar, Node>, path, at);
  }
}

/** Keys that decide nothing. */
const SILENT = new Set([
  'output',
  'schemas',
  'name',
  'resource',
  'version',
  'apiVersion',
  'importDerivedRoles',
  'import',
  'metadata',
]);

function pairEdits(map: YAMLMap, pair: Pair<Scalar, Node | null>, path: readonly string[], at: Walk): void {
  const key = String(pair.key.value);
  const { value } = pair;
  const local = path.at(-1) === 'local' || path.at(-1) === 'definitions';
  if (value === null) return;
  if (key === 'resource' && path.includes('rules')) at.edits.push(...otherKind(value, at));
  if (SILENT.has(key) && !local) return;
  if (local && path.some((it) => /constants/i.test(it))) at.edits.push(...constantEdits(value, at));
  else if ((local && path.some((it) => /variables/i.test(it))) || key === 'expr') at.edits.push(...inScalar(value, at));
  else if (key === 'effect') at.edits.push(...flip(value, at.text));
  else if (key === 'action') at.edits.push(...otherAction(value, at));
  else if (LISTS.has(key) && isSeq(value) && !value.items.some(isMap)) at.edits.push(...listEdits(key, value, at));
  else {
    if (key === 'condition') at.edits.push(...pairRemoval(map, pair, 'drops the condition', at.text));
    if (key === 'all' || key === 'any' || key === 'none') at.edits.push(...matchEdits(pair, at.text));
    walk(value, [...path, key], at);
  }
}

function flip(value: Node, text: string): Edit[] {
  if (!isScalar(value) || !value.range) return [];
  const by = value.value === 'EFFECT_ALLOW' ? 'EFFECT_DENY' : 'EFFECT_ALLOW';
  return [
    { from: value.range[0], to: value.range[1], by, what: `flips ${text.slice(value.range[0], value.range[1])}` },
  ];
}

/** The one action of a principal policy's rule. */
function otherAction(value: Node, { text, vocabulary }: Walk): Edit[] {
  if (!isScalar(value) || !value.range || value.value === '*') return [];
  const [from, to] = value.range;
  const others = vocabulary.actions.filter((it) => it !== value.value);
  return [...others.map(plain), '"*"'].map((by) => {
    return { from, to, by, what: `takes ${by} for ${text.slice(from, to)}` };
  });
}

/** The kind that a rule of a principal or role policy is about. */
function otherKind(value: Node, { text, vocabulary }: Walk): Edit[] {
  if (!isScalar(value) || !value.range) return [];
  const [from, to] = value.range;
  const others = vocabulary.kinds.filter((it) => it !== value.value).slice(0, MOST_NARROWED);
  const wide = value.value === '*' ? [] : ['"*"'];
  return [...others.map(plain), ...wide].map((by) => {
    return { from, to, by, what: `takes the kind ${by} for ${text.slice(from, to)}` };
  });
}

function matchEdits({ key, value }: Pair<Scalar, Node | null>, text: string): Edit[] {
  const others: Record<string, readonly string[]> = {
    all: ['any', 'none'],
    any: ['all', 'none'],
    none: ['any', 'all'],
  };
  const name = String(key.value);
  const [from = 0, to = 0] = key.range ?? [];
  const swaps = (others[name] ?? []).map((by) => ({ from, to, by, what: `takes ${by} for ${name}` }));
  const of: unknown = isMap(value) ? value.get('of') : null;
  if (!isSeq(of) || of.items.length < 2) return swaps;
  return [...swaps, ...of.items.flatMap((item) => removal(of, item, `drops a part of ${name}`, text))];
}

const LISTS = new Set(['actions', 'allowActions', 'roles', 'derivedRoles', 'parentRoles']);
const ACTION_LISTS = new Set(['actions', 'allowActions']);

function listEdits(key: string, value: Node, { text, vocabulary }: Walk): Edit[] {
  if (!isSeq(value)) return [];
  const known = ACTION_LISTS.has(key)
    ? vocabulary.actions
    : key === 'derivedRoles'
      ? vocabulary.derivedRoles
      : vocabulary.roles;
  const present = new Set(value.items.map((item) => String(isScalar(item) ? item.value : '')));
  const isWide = present.has('*');
  const others = isWide ? [] : known.filter((it) => !present.has(it));
  const asked = ACTION_LISTS.has(key) ? vocabulary.asked.actions : vocabulary.asked.roles;
  const edits = isWide ? narrowings(key, value, [...new Set([...asked, ...known.slice(0, MOST_NARROWED)])]) : [];
  edits.push(
    ...(value.items.length > 1 ? value.items.flatMap((item) => removal(value, item, `narrows ${key}`, text)) : []),
  );
  const last = value.items.at(-1);
  if (!isScalar(last) || !last.range) return edits;
  const [from, to] = last.range;
  const whole = text.slice(from, to);
  const wide = key === 'derivedRoles' || isWide ? [] : ['"*"'];
  for (const by of [...others.map(plain), ...wide]) {
    if (ACTION_LISTS.has(key) && value.flow) edits.push({ from: to, to, by: `, ${by}`, what: `adds ${by} to ${key}` });
    else edits.push({ from, to, by, what: `takes ${by} for ${whole} in ${key}` });
  }
  return edits;
}

/** Names of the policies' own that stand for `*`, besides those that the tests ask for, where somebody thought of one. */
const MOST_NARROWED = 4;

/** `*` as one of the names that it stands for. */
function narrowings(key: string, { items }: YAMLSeq, names: readonly string[]): Edit[] {
  const star = items.find((item) => isScalar(item) && item.value === '*');
  if (!isScalar(star) || !star.range) return [];
  const [from, to] = star.range;
  return (names.length > 0 ? names : ['something_else']).map((name) => {
    return { from, to, by: plain(name), what: `takes ${name} for "*" in ${key}` };
  });
}

function constantEdits(value: Node, { text, vocabulary }: Walk): Edit[] {
  const scalars = isSeq(value) ? value.items : [value];
  const removed =
    isSeq(value) && scalars.length > 1
      ? scalars.flatMap((it) => removal(value, it, 'drops a value of a constant', text))
      : [];
  const present = new Set(scalars.map((it) => (isScalar(it) ? it.value : null)));
  const changed = scalars.flatMap((it): Edit[] => {
    if (!isScalar(it) || !it.range) return [];
    const [from, to] = it.range;
    const others = typeof it.value === 'string' ? vocabulary.otherValues(it.value, null) : other(it.value);
    return others.flatMap((by) =>
      present.has(by)
        ? []
        : [
            { from, to, by: plain(by), what: `changes ${String(it.value)} to ${by} in a constant` },
            ...(isSeq(value) && value.flow
              ? [{ from: to, to, by: `, ${plain(by)}`, what: `adds ${by} to a constant` }]
              : []),
          ],
    );
  });
  return [...removed, ...changed];
}

const other = (value: unknown): string[] =>
  typeof value === 'number' ? [String(value + 1)] : typeof value === 'boolean' ? [String(!value)] : [];
const plain = (name: string): string => (/^[\w.-]+$/.test(name) ? name : JSON.stringify(name));

/** Edits an expression where it stands, however YAML writes it. */
function inScalar(node: Node, { text, vocabulary }: Walk): Edit[] {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return [];
  const { value } = node;
  const [from, to] = node.range;
  const places = placesOf(value, text.slice(from, to));
  return expressionEdits(value, vocabulary).map((edit) => {
    const whole = value.slice(0, edit.from) + edit.by + value.slice(edit.to);
    const start = places?.[edit.from];
    const end = edit.to > edit.from ? places?.[edit.to - 1] : start === undefined ? undefined : start - 1;
    // What YAML would read otherwise is written anew, in quotes.
    if (start === undefined || end === undefined || !isSafe(whole, node, edit)) {
      return { from, to: trimmed(text, from, to), by: JSON.stringify(whole), what: edit.what };
    }
    return { ...edit, from: from + start, to: from + end + 1 };
  });
}

function isSafe(whole: string, node: Scalar, edit: Edit): boolean {
  if (node.type === 'QUOTE_DOUBLE') return false;
  if (node.type === 'QUOTE_SINGLE') return !edit.by.includes("'");
  const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  return isBlock ? edit.from > 0 : !/^[!"'&*[{|>%@`]|: | #/.test(whole);
}

const trimmed = (text: string, from: number, to: number): number => from + text.slice(from, to).trimEnd().length;

/** Where each letter of a value stands in its source; null when the source escapes some. White space may differ. */
function placesOf(value: string, source: string): number[] | null {
  const places: number[] = [];
  const head = /^[|>][+-]?\d?[^\n]*\n/.exec(source)?.[0].length ?? (/^['"]/.test(source) ? 1 : 0);
  let at = head;
  for (const letter of value) {
    if (/\s/.test(letter)) {
      places.push(at);
      continue;
    }
    while (/\s/.test(source[at] ?? '')) at += 1;
    if (source[at] !== letter) return null;
    places.push(at);
    at += 1;
  }
  return places;
}

/** Takes an item out of a list, with its line where it has lines of its own. */
function removal(list: YAMLSeq, item: unknown, what: string, text: string): Edit[] {
  const range = (it: unknown): readonly [number, number] | null =>
    (isScalar(it) || isMap(it) || isSeq(it)) && it.range ? [it.range[0], it.range[1]] : null;
  const own = range(item);
  if (!own) return [];
  const named = isMap(item) && isScalar(item.get('name', true)) ? ` ${String(item.get('name'))}` : '';
  if (!list.flow) {
    const from = text.lastIndexOf('\n', own[0]) + 1;
    const to = trimmed(text, 0, own[1]) + 1;
    const [, indent] = /^(\s*)- +$/.exec(text.slice(from, own[0])) ?? [];
    if (indent === undefined) return [];
    // The last one leaves an empty list, since nothing at all is no list to Cerbos.
    return [{ from, to, by: list.items.length > 1 ? '' : `${indent}[]\n`, what: what + named }];
  }
  const index = list.items.indexOf(item);
  const [next, previous] = [range(list.items[index + 1]), range(list.items[index - 1])];
  const shown = `${what}: without ${text.slice(...own)}`;
  if (next) return [{ from: own[0], to: next[0], by: '', what: shown }];
  return [{ from: previous?.[1] ?? own[0], to: own[1], by: '', what: shown }];
}

function pairRemoval(map: YAMLMap, { key, value }: Pair<Scalar, Node | null>, what: string, text: string): Edit[] {
  const [start, end] = [key.range?.[0], value?.range?.[1]];
  if (start === undefined || end === undefined) return [];
  if (!map.flow) {
    const from = text.lastIndexOf('\n', start) + 1;
    if (text.slice(from, start).trim() !== '') return [];
    return [{ from, to: trimmed(text, 0, end) + 1, by: '', what }];
  }
  const before = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return before > 0 ? [{ from: start - before, to: end, by: '', what }] : [];
}
