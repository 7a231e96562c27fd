import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, expression, nameOf, textOf, UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import type { Edit } from './edit.ts';

/** What may stand where something else stands. */
export interface Vocabulary {
  /** Other values of the closed set that a text is of; `field` is what it is compared with, if known. */
  otherValues: (text: string, field: string | null) => readonly string[];
  /** Variables that a reviewer might take for this one. */
  lookalikes: (variable: string) => readonly string[];
}

const SWAPS: Record<string, readonly string[]> = {
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
  '>': ['>='],
  '>=': ['>'],
  '<': ['<='],
  '<=': ['<'],
};

/** Every small slip in an expression: a wrong operator, constant, variable or quantifier, a forgotten part. */
export function expressionEdits(text: string, vocabulary: Vocabulary): Edit[] {
  const edits: Edit[] = [{ from: 0, to: text.length, by: `!(${text})`, what: `negates ${text}` }];
  try {
    visit(expression(text).node, null, { text, vocabulary, edits });
  } catch (error) {
    if (!(error instanceof UnreadableExpression)) throw error;
  }
  return edits;
}

interface Visit {
  text: string;
  vocabulary: Vocabulary;
  edits: Edit[];
}

function visit(node: ASTNode, field: string | null, at: Visit): void {
  const { start, end } = node.range;
  const variable = nameOf(node)?.match(/^(V|variables)\.(\w+)$/);
  if (variable) {
    const [, prefix, name = ''] = variable;
    for (const other of at.vocabulary.lookalikes(name)) {
      at.edits.push({ from: start, to: end, by: `${prefix}.${other}`, what: `takes ${other} for ${name}` });
    }
    return;
  }
  if (node.op === 'value') at.edits.push(...literalEdits(node, field, at.vocabulary));
  else if (node.op === '!_') at.edits.push({ from: start, to: start + 1, by: '', what: 'drops a negation' });
  else if (node.op === 'rcall') quantifierEdit(node, at);
  else if (node.op in SWAPS) operatorEdits(node as Binary, at);
  const compared = node.op === '==' || node.op === '!=' || node.op === 'in' ? fieldOf(node.args) : null;
  for (const child of childrenOf(node)) visit(child, compared ?? (node.op === 'list' ? field : null), at);
}

function fieldOf(sides: readonly ASTNode[]): string | null {
  const names = sides.flatMap((side) => nameOf(side)?.split('.').at(-1) ?? []);
  return names[0] ?? null;
}

function literalEdits(node: ASTNode, field: string | null, { otherValues }: Vocabulary): Edit[] {
  const { start, end } = node.range;
  const to = (by: string): Edit => ({ from: start, to: end, by, what: `changes ${textOf(node)} to ${by}` });
  if (typeof node.args === 'boolean') return [to(String(!node.args))];
  if (typeof node.args === 'bigint') return [to(String(node.args + 1n))];
  return typeof node.args === 'string' ? otherValues(node.args, field).map((it) => to(JSON.stringify(it))) : [];
}

function quantifierEdit(node: ASTNode & { op: 'rcall' }, { text, edits }: Visit): void {
  const [method, list] = node.args;
  const other = method === 'exists' ? 'all' : method === 'all' ? 'exists' : null;
  if (other === null) return;
  const from = text.indexOf(method, list.range.end);
  edits.push({ from, to: from + method.length, by: other, what: `takes ${other} for ${method}` });
}

type Binary = ASTNode & { op: '&&' | '||' | '==' };

function operatorEdits(node: Binary, { text, edits }: Visit): void {
  const [left, right] = node.args;
  const at = text.indexOf(node.op, left.range.end);
  const after = at + node.op.length;
  for (const by of SWAPS[node.op] ?? []) edits.push({ from: at, to: after, by, what: `${node.op} becomes ${by}` });
  if (node.op !== '&&' && node.op !== '||') return;
  const closing = count(text.slice(left.range.end, at), ')');
  const opening = count(text.slice(after, right.range.start), '(');
  const start = outwards(text, left.range.start, closing, -1);
  const end = outwards(text, right.range.end, opening, 1);
  const rightStart = after + (/^\s*/.exec(text.slice(after))?.[0].length ?? 0);
  const leftEnd = text.slice(0, at).trimEnd().length;
  edits.push({ from: start, to: rightStart, by: '', what: `drops ${text.slice(start, leftEnd)}` });
  edits.push({ from: leftEnd, to: end, by: '', what: `drops ${text.slice(rightStart, end)}` });
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** Over so many parentheses to the left or to the right. */
function outwards(text: string, from: number, parentheses: number, step: -1 | 1): number {
  let at = from;
  for (let left = parentheses; left > 0; at += step) {
    const letter = text[step === 1 ? at : at - 1];
    if (letter === undefined) return from;
    if (letter === (step === 1 ? ')' : '(')) left -= 1;
  }
  return at;
}
