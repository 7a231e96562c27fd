import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, nameOf, textOf } from '@sparkgate/cerbos-policies/expressions';
import type { OwnedCondition } from './conditions.ts';
import { foundAt, type LintFinding } from './lint-finding.ts';

/**
 * What a value is, as far as that matters: `int`: a whole number of CEL's own; `sent`: it came with the request, as JSON,
 * in which all numbers are doubles.
 */
type Sort = 'int' | 'sent' | 'other';
type Loops = ReadonlySet<string>;

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
const LOOPS = new Set(['exists', 'all', 'exists_one', 'existsOne', 'filter', 'map']);
const SENT = /^(?:[PR]|request\.(?:principal|resource))\.attr(?:\.|$)/;

/** Functions and methods that give a whole number of CEL's own. */
const WHOLE = new Set(
  `size int uint indexOf lastIndexOf getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear getHours
   getMinutes getSeconds getMilliseconds`.split(/\s+/),
);

/** Arithmetic that mixes sent values with whole numbers: CEL has no such operation, of whatever sort the value is. */
export function alwaysErring({ leaves }: OwnedCondition): LintFinding[] {
  return leaves.flatMap(({ document, keys, node }) =>
    erringIn(node, new Set()).map((it) => foundAt('always-errs', document, keys, whyErring(it))),
  );
}

function whyErring(node: ASTNode): string {
  const remedy =
    node.op === '%'
      ? 'Write int(...) around what is sent.'
      : 'Write the number as a double (1.0), or int(...) around what is sent.';
  return `\`${textOf(node)}\` always errs: numbers that are sent are doubles, and CEL does not mix them with whole ones here. ${remedy}`;
}

function erringIn(node: ASTNode, loops: Loops): ASTNode[] {
  const inner = withLoop(node, loops);
  const below = childrenOf(node).flatMap((it) => erringIn(it, inner));
  if (!ARITHMETIC.has(node.op) || below.length > 0) return below;
  const sorts = new Set(childrenOf(node).map((it) => sortOf(it, loops)));
  const errs = node.op === '%' ? sorts.has('sent') : sorts.has('sent') && sorts.has('int');
  return errs ? [node] : [];
}

/** What goes through a sent list is sent. */
function withLoop(node: ASTNode, loops: Loops): Loops {
  if (node.op !== 'rcall') return loops;
  const [called, list, [variable]] = node.args;
  if (!LOOPS.has(called) || variable?.op !== 'id') return loops;
  const name = variable.args;
  const others = [...loops].filter((it) => it !== name);
  return new Set(sortOf(list, loops) === 'sent' ? [...others, name] : others);
}

function sortOf(node: ASTNode, loops: Loops): Sort {
  if (isSent(node, loops)) return 'sent';
  switch (node.op) {
    case 'value':
      return typeof node.args === 'bigint' || isUnsigned(node.args) ? 'int' : 'other';
    case 'call':
    case 'rcall':
      return WHOLE.has(node.args[0])
        ? 'int'
        : node.args[0] === 'filter'
          ? sortOf(childrenOf(node)[0] ?? node, loops)
          : 'other';
    case '-_':
      return sortOf(node.args, loops);
    case '?:': {
      const [, yes, no] = node.args.map((it) => sortOf(it, loops));
      return yes !== undefined && yes === no ? yes : 'other';
    }
    default:
      return ARITHMETIC.has(node.op) && childrenOf(node).every((it) => sortOf(it, loops) === 'int') ? 'int' : 'other';
  }
}

const isUnsigned = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && value.constructor.name === 'UnsignedInt';

function isSent(node: ASTNode, loops: Loops): boolean {
  const name = nameOf(node);
  if (name !== undefined && SENT.test(name)) return true;
  if (node.op === 'id') return loops.has(node.args);
  if (node.op === '.' || node.op === '[]') return isSent(node.args[0], loops);
  return false;
}
