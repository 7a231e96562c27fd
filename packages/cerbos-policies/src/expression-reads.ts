import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, expression, nameOf, UnreadableExpression } from './expressions.ts';

/** A property of one side of a question, by its name. */
export interface Attribute {
  side: 'subject' | 'resource';
  name: string;
}

/** What an expression may look at that cannot be read. */
const EVERYTHING = ['P', 'R', 'request', 'runtime'];

/** The names in an expression, each at its longest; one whose method is called stands once more, with `.()` at its end. */
export function namesIn(text: string): string[] {
  const node = nodeOf(text);
  return node ? namesBelow(node) : EVERYTHING;
}

/** The texts that stand in an expression. */
export function literalsIn(text: string): (string | number)[] {
  const node = nodeOf(text);
  return node ? literalsBelow(node) : [];
}

/** The attributes of both sides that an expression names; none of one that cannot be read. */
export function attributesIn(text: string): Attribute[] {
  return namesIn(text).flatMap((name) => {
    const [side, of, attribute] = shortened(name).split('.');
    if ((side !== 'P' && side !== 'R') || of !== 'attr' || attribute === undefined || attribute === '()') return [];
    return [{ side: side === 'P' ? 'subject' : 'resource', name: attribute }];
  });
}

/** Whether an expression may look at an attribute of the resource: by its name, or at a whole that holds it. */
export function readsField(text: string, field: string): boolean {
  return namesIn(text).some((name) => {
    const [root = '', part, attribute] = name.split('.');
    if (root !== 'R') return root === 'request' || root === 'runtime';
    return part !== 'attr' || attribute === undefined || attribute === '()' || attribute === field;
  });
}

/** Parts of a request that hold no id. */
const WITHOUT_IDS = new Set(['attr', 'roles', 'kind', 'scope', 'policyVersion']);

/** What stands for every part there is. */
export const ANY_PART = '*';

/**
 * The names of parts that an expression may look at, at whatever depth: all that it selects, and all texts in it, by which
 * a part may be selected, too.
 */
export function partsIn(text: string): string[] {
  const node = nodeOf(text);
  if (!node) return [ANY_PART];
  return [...namesBelow(node).flatMap((name) => name.split('.')), ...selectedBelow(node), ...literalsBelow(node)].map(
    String,
  );
}

/** What is selected of something that has no name. */
function selectedBelow(node: ASTNode): string[] {
  const own = (node.op === '.' || node.op === '.?') && typeof node.args[1] === 'string' ? [node.args[1]] : [];
  return [...own, ...childrenOf(node).flatMap(selectedBelow)];
}

/** Whether an expression may look at an id: it looks at one, or at a whole that holds one, or cannot be read. */
export function readsIds(text: string): boolean {
  return namesIn(text).some((name) => {
    const [side, part] = shortened(name).split('.');
    return side === 'request' || ((side === 'P' || side === 'R') && (part === undefined || !WITHOUT_IDS.has(part)));
  });
}

/** Whether an expression looks at the time, or cannot be read. */
export function readsTime(text: string): boolean {
  const node = nodeOf(text);
  return node === null || callsAny(node, new Set(['now', 'timeSince']));
}

/** `request.principal` and `request.resource` by their short names. */
const shortened = (name: string): string =>
  name.replace(/^request\.principal\b/, 'P').replace(/^request\.resource\b/, 'R');

function nodeOf(text: string): ASTNode | null {
  try {
    return expression(text).node;
  } catch (error) {
    if (error instanceof UnreadableExpression) return null;
    throw error;
  }
}

function namesBelow(node: ASTNode): string[] {
  const name = nameOf(node);
  if (name !== undefined) return [name];
  const owner = node.op === 'rcall' ? nameOf(node.args[1]) : undefined;
  return [...(owner === undefined ? [] : [`${owner}.()`]), ...childrenOf(node).flatMap(namesBelow)];
}

function literalsBelow(node: ASTNode): (string | number)[] {
  if (node.op !== 'value') return childrenOf(node).flatMap(literalsBelow);
  if (typeof node.args === 'bigint') return [Number(node.args)];
  return typeof node.args === 'string' || typeof node.args === 'number' ? [node.args] : [];
}

function callsAny(node: ASTNode, names: ReadonlySet<string>): boolean {
  const isCall = (node.op === 'call' || node.op === 'rcall') && names.has(node.args[0]);
  return isCall || childrenOf(node).some((it) => callsAny(it, names));
}
