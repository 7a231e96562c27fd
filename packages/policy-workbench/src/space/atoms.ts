import type { ASTNode } from '@marcbachmann/cel-js';
import {
  childrenOf,
  expression,
  nameOf,
  textOf,
  UnreadableExpression,
  type Expression,
} from '@sparkgate/cerbos-policies/expressions';

/** The field that stands for the subject's role, beside the fields of the fact vector. */
export const ROLE = 'role';

/** A condition that is not taken apart further. Vectors for which all atoms come out alike are decided alike. */
export interface Atom {
  expression: Expression;
  /** The fields of the vector that it reads. */
  reads: ReadonlySet<string>;
  /**
   * The list of records that it goes through one by one: it holds of a list as soon as it holds of one record (`some`),
   * or fails as soon as it fails for one (`every`). Null: it looks at a list as a whole, or at none.
   */
  through: { field: string; quantifier: 'some' | 'every' } | null;
  /** Whether it errs for a list only where it errs for none or one of its records. */
  errsByRecord: boolean;
}

/** Which fields there are, and which of them are lists of records. */
export interface Shape {
  fields: readonly string[];
  lists: ReadonlySet<string>;
}

/** Takes an expression apart at its `!`, `&&`, `||` and `?:`, as far as it goes through lists or asks for decisions. */
export function atomsOf(text: string, shape: Shape): Atom[] {
  const found = new Map<string, Atom>();
  const visit = (node: ASTNode): void => {
    const seen = readsOf(node, shape);
    const divides = seen.decisions || [...seen.fields].some((field) => shape.lists.has(field));
    if (divides && (node.op === '&&' || node.op === '||' || node.op === '!_' || node.op === '?:')) {
      for (const child of childrenOf(node)) visit(child);
      return;
    }
    if (seen.decisions) {
      if (nameOf(node)?.startsWith('allowed.')) return;
      throw new UnreadableExpression(`\`${textOf(node)}\`: allowed.<action> stands alone, or between !, && and ||`);
    }
    const it = expression(textOf(node));
    const through = throughOf(it.node, shape);
    const lists = [...seen.fields].filter((field) => shape.lists.has(field));
    const errsByRecord =
      lists.length === 0 || (lists.length === 1 && (through !== null || errsByRecordAt(it.node, shape)));
    found.set(it.text, { expression: it, reads: seen.fields, through, errsByRecord });
  };
  visit(expression(text).node);
  return [...found.values()];
}

/** Whether an expression mentions decisions, and which fields it reads; what cannot be told apart reads all. */
function readsOf(node: ASTNode, shape: Shape): { fields: Set<string>; decisions: boolean } {
  const seen = { fields: new Set<string>(), decisions: false };
  const visit = (it: ASTNode): void => {
    const name = nameOf(it);
    if (name === undefined) for (const child of childrenOf(it)) visit(child);
    else note(name, seen, shape);
  };
  visit(node);
  return seen;
}

function note(name: string, seen: { fields: Set<string>; decisions: boolean }, shape: Shape): void {
  const [root, attr, field] = name.split('.');
  if (root === 'allowed') seen.decisions = true;
  if (root === ROLE || root === 'P') seen.fields.add(ROLE);
  if (root !== 'R') return;
  if (attr === 'attr' && field !== undefined) seen.fields.add(field);
  else for (const each of shape.fields) seen.fields.add(each);
}

function throughOf(node: ASTNode, shape: Shape): Atom['through'] {
  if (node.op === 'rcall') {
    const [method, list, args] = node.args;
    const field = listOf(list, shape);
    const body = args[1];
    if (field === null || body === undefined || readsOf(body, shape).fields.has(field)) return null;
    if (method === 'exists') return { field, quantifier: 'some' };
    // Of an empty selection everything holds, so a selection is no obstacle to `all`.
    return method === 'all' ? { field, quantifier: 'every' } : null;
  }
  const emptiness = emptinessOf(node);
  const field = emptiness === null ? null : listOf(emptiness.list, shape);
  return emptiness === null || field === null ? null : { field, quantifier: emptiness.quantifier };
}

/** How a comparison with 0 or 1 says that a size is not 0, or that it is. */
const SIZES: Readonly<Record<string, 'some' | 'every'>> = {
  '> 0': 'some',
  '!= 0': 'some',
  '>= 1': 'some',
  '== 0': 'every',
  '<= 0': 'every',
  '< 1': 'every',
};

/** What asks whether there is `some` record in a list, or none: then `every` record would have to be absent. */
function emptinessOf(node: ASTNode): { list: ASTNode; quantifier: 'some' | 'every' } | null {
  if (!isComparison(node)) return null;
  const [left, right] = node.args;
  if (right.op === 'list' && right.args.length === 0 && (node.op === '==' || node.op === '!='))
    return { list: left, quantifier: node.op === '!=' ? 'some' : 'every' };
  const list = isNumber(right) ? sizedBy(left) : null;
  const quantifier = list === null ? undefined : SIZES[`${node.op} ${Number(right.args)}`];
  return list === null || quantifier === undefined ? null : { list, quantifier };
}

type Comparison = Extract<ASTNode, { op: '==' | '!=' | '<' | '<=' | '>' | '>=' }>;

const isComparison = (node: ASTNode): node is Comparison => ['==', '!=', '<', '<=', '>', '>='].includes(node.op);

const isNumber = (node: ASTNode): boolean =>
  node.op === 'value' && (typeof node.args === 'bigint' || typeof node.args === 'number');

/** Selections, and sizes compared with a number: what errs there errs in the condition on a record. */
function errsByRecordAt(node: ASTNode, shape: Shape): boolean {
  if (isComparison(node)) {
    const list = sizedBy(node.args[0]);
    return list !== null && isNumber(node.args[1]) && listOf(list, shape) !== null;
  }
  return listOf(sizedBy(node) ?? node, shape) !== null;
}

/** The list in `size(list)` or `list.size()`. */
function sizedBy(node: ASTNode): ASTNode | null {
  if (node.op === 'call') {
    const [name, [list]] = node.args;
    return name === 'size' ? (list ?? null) : null;
  }
  return node.op === 'rcall' && node.args[0] === 'size' ? node.args[1] : null;
}

/** The field that a list comes from, as it is or filtered record by record. */
function listOf(node: ASTNode, shape: Shape): string | null {
  const field = nameOf(node)?.match(/^R\.attr\.(\w+)$/)?.[1];
  if (field !== undefined) return shape.lists.has(field) ? field : null;
  if (node.op !== 'rcall') return null;
  const [method, list, args] = node.args;
  const body = args[1];
  if (method !== 'filter' || args.length !== 2 || body === undefined) return null;
  const from = listOf(list, shape);
  return from !== null && !readsOf(body, shape).fields.has(from) ? from : null;
}
