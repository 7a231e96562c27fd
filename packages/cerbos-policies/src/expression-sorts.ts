import type { ASTNode } from '@marcbachmann/cel-js';
import type { Attribute } from './expression-reads.ts';
import { childrenOf, expression, nameOf, UnreadableExpression } from './expressions.ts';

/** What sort of value something is. */
export type Sort = 'boolean' | 'string' | 'number' | 'list';

/** What an expression takes an attribute for, at each place where it names it; nothing where it cannot be read. */
export function sortsIn(text: string, { side, name }: Attribute): Sort[] {
  const names = side === 'subject' ? ['P', 'request.principal'] : ['R', 'request.resource'];
  const called = new Set(names.map((it) => `${it}.attr.${name}`));
  const isIt = (node: ASTNode): boolean => called.has(nameOf(node) ?? '');
  const visit = (node: ASTNode): Sort[] => [...sortsAt(node, isIt), ...childrenOf(node).flatMap(visit)];
  try {
    const { node } = expression(text);
    return isIt(node) ? ['boolean'] : visit(node);
  } catch (error) {
    if (error instanceof UnreadableExpression) return [];
    throw error;
  }
}

const OF_LISTS = new Set(['size', 'exists', 'exists_one', 'all', 'filter', 'map']);
const OF_TEXTS = new Set(['startsWith', 'endsWith', 'contains', 'matches']);

/** What a node takes its operands for, those that are the attribute. */
function sortsAt(node: ASTNode, isIt: (node: ASTNode) => boolean): Sort[] {
  switch (node.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = node.args;
      return [...(isIt(left) ? sortOf(right) : []), ...(isIt(right) ? sortOf(left) : [])];
    }
    case 'in': {
      const [item, list] = node.args;
      const [first] = list.op === 'list' ? list.args : [];
      return [...(isIt(list) ? (['list'] as const) : []), ...(isIt(item) && first ? sortOf(first) : [])];
    }
    case 'rcall': {
      const [method, owner] = node.args;
      if (!isIt(owner)) return [];
      return OF_LISTS.has(method) ? ['list'] : OF_TEXTS.has(method) ? ['string'] : [];
    }
    case '&&':
    case '||':
    case '!_':
    case '?:':
      return childrenOf(node).flatMap((it): Sort[] => (isIt(it) ? ['boolean'] : []));
    default:
      return [];
  }
}

/** What a value is that an attribute is compared with. */
function sortOf(node: ASTNode): Sort[] {
  if (node.op === 'list') return ['list'];
  if (node.op === '-_') return ['number'];
  if (node.op !== 'value')
    return /^(?:P|R|request\.(?:principal|resource))\.id$/.test(nameOf(node) ?? '') ? ['string'] : [];
  switch (typeof node.args) {
    case 'string':
    case 'boolean':
    case 'number':
      return [typeof node.args as Sort];
    case 'bigint':
      return ['number'];
    default:
      return [];
  }
}
