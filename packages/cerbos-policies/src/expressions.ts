import { Environment, serialize, type ASTNode } from '@marcbachmann/cel-js';
import type { Json } from './json.ts';

/** What an expression came to: a truth, any other value, or an error, which is a result of its own. */
export type Outcome = boolean | 'value' | 'error';

/** What an expression is evaluated over. */
export type Situation = Readonly<Record<string, unknown>>;

/** An expression that was read; it can be evaluated any number of times. */
export interface Expression {
  text: string;
  node: ASTNode;
  evaluate: (situation: Situation) => Outcome;
  /** A function in it that is none here, such as `now()`; null where all are known. */
  unknownFunction: string | null;
}

/** An expression that cannot be read here; the message says why. */
export class UnreadableExpression extends Error {
  override name = 'UnreadableExpression';
}

const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const holds = (list: readonly unknown[], value: unknown): boolean => list.some((it) => equal(it, value));
type Lists = (a: readonly unknown[], b: readonly unknown[]) => unknown;

/** Cerbos' own functions over lists, as functions and as methods. */
const LIST_FUNCTIONS: [name: string, result: 'bool' | 'list', fn: Lists][] = [
  ['intersect', 'list', (a, b) => a.filter((it) => holds(b, it))],
  ['except', 'list', (a, b) => a.filter((it) => !holds(b, it))],
  ['hasIntersection', 'bool', (a, b) => a.some((it) => holds(b, it))],
  ['has_intersection', 'bool', (a, b) => a.some((it) => holds(b, it))],
  ['isSubset', 'bool', (a, b) => a.every((it) => holds(b, it))],
  ['is_subset', 'bool', (a, b) => a.every((it) => holds(b, it))],
];
for (const [name, result, fn] of LIST_FUNCTIONS) {
  cel.registerFunction(`${name}(list, list): ${result}`, fn);
  cel.registerFunction(`list.${name}(list): ${result}`, fn);
}

const read = new Map<string, Expression>();

const NO_FUNCTION = /^found no matching overload for '([^']+)'/;

/** Reads an expression of CEL. @throws UnreadableExpression */
export function expression(text: string): Expression {
  const known = read.get(text);
  if (known) return known;
  try {
    const evaluate = cel.parse(text);
    const it: Expression = {
      text,
      node: evaluate.ast,
      evaluate: (situation) => outcome(evaluate, situation),
      unknownFunction: cel.check(text).error?.message.match(NO_FUNCTION)?.[1] ?? null,
    };
    read.set(text, it);
    return it;
  } catch (cause) {
    throw new UnreadableExpression(`\`${text}\`: ${firstLine(cause)}`, { cause });
  }
}

/** What evaluating brought, whatever its type. @throws UnreadableExpression with CEL's own message */
export function valueOf(text: string, situation: Situation): unknown {
  try {
    return cel.parse(text)({ ...situation });
  } catch (cause) {
    throw new UnreadableExpression(`\`${text}\`: ${firstLine(cause)}`, { cause });
  }
}

function outcome(evaluate: (context: Record<string, unknown>) => unknown, situation: Situation): Outcome {
  try {
    const value = evaluate(situation);
    return typeof value === 'boolean' ? value : 'value';
  } catch {
    return 'error';
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : '');

/** The expression that a node of another stands for. */
export const textOf = (node: ASTNode): string => serialize(node);

/** The nodes right below a node. */
export function childrenOf(node: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (it: unknown): void => {
    if (Array.isArray(it)) for (const one of it) collect(one);
    else if (isNode(it)) found.push(it);
  };
  collect(node.args);
  return found;
}

function isNode(it: unknown): it is ASTNode {
  return typeof it === 'object' && it !== null && 'op' in it && 'args' in it;
}

/** Replaces names such as `V.x` and `C.y` by what stands for them, until none is left. */
export function expand(text: string, names: ReadonlyMap<string, string>, depth = 0): string {
  if (names.size === 0) return text;
  if (depth > 20) throw new UnreadableExpression(`\`${text}\` goes in circles`);
  const edits: [start: number, end: number, by: string][] = [];
  const visit = (node: ASTNode): void => {
    const by = names.get(nameOf(node) ?? '');
    if (by === undefined) for (const child of childrenOf(node)) visit(child);
    else edits.push([node.range.start, node.range.end, `(${expand(by, names, depth + 1)})`]);
  };
  visit(expression(text).node);
  let expanded = text;
  for (const [start, end, by] of edits.toSorted(([a], [b]) => b - a)) {
    expanded = expanded.slice(0, start) + by + expanded.slice(end);
  }
  return expanded;
}

/** `a.b.c` for a chain of names (also when written `a["b"]`); undefined for anything else. */
export function nameOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [owner, key] = node.args;
  const part =
    typeof key === 'string' ? key : key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
  const before = nameOf(owner);
  return before === undefined || part === undefined ? undefined : `${before}.${part}`;
}

/** A JSON value as CEL writes it. */
export const literal = (value: Json): string => JSON.stringify(value);
