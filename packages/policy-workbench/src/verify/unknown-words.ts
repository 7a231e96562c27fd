import type { ASTNode } from '@marcbachmann/cel-js';
import { elementOf, fieldOf, fieldsOf, plainValuesOf } from '../space/domain-parts.ts';
import { childrenOf, expression, nameOf, textOf } from '@sparkgate/cerbos-policies/expressions';
import type { Domain } from '../space/finite-domain.ts';
import { UnknownWord } from './unknown-word.ts';
import type { VectorSpace } from '../space/vector-space.ts';

/** What a name stands for; null: anything. */
type Meaning = Domain | null;
type Names = ReadonlyMap<string, Meaning>;

const LOOPS = new Set(['exists', 'all', 'exists_one', 'existsOne', 'filter', 'map']);
const KEEPS_LIST = new Set(['filter', 'intersect', 'except']);
const OF_TWO_LISTS = new Set(['intersect', 'except', 'hasIntersection', 'has_intersection', 'isSubset', 'is_subset']);
const TYPES = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'];

/**
 * Refuses an expression that reads what no situation holds, or compares a field with a text that it never is.
 * @param decisions whether it may ask for `allowed.<action>`
 * @throws UnknownWord
 */
export function refuseUnknownWords(
  text: string,
  { space, decisions }: { space: VectorSpace; decisions: boolean },
): void {
  const roles: Domain = { sort: 'one_of', values: space.roles };
  const subject: Domain = { sort: 'record', fields: [['roles', { sort: 'set', of: roles }]] };
  const resource: Domain = { sort: 'record', fields: [['attr', space.domain]] };
  const names: Names = new Map<string, Meaning>([
    ['R', resource],
    ['P', subject],
    ['role', roles],
    ...(decisions ? [['allowed', null] as const] : []),
    ...TYPES.map((it) => [it, null] as const),
  ]);
  meaningOf(expression(text).node, names);
}

/** What a node stands for, once every word below it is found to be known. */
function meaningOf(node: ASTNode, names: Names): Meaning {
  switch (node.op) {
    case 'id':
      return namedBy(node.args, names);
    case '.':
    case '.?':
      return partOf(node.args[0], node.args[1], names);
    case '[]':
    case '[?]': {
      const [owner, key] = node.args;
      if (key.op === 'value' && typeof key.args === 'string') return partOf(owner, key.args, names);
      meaningOf(key, names);
      return elementOf(meaningOf(owner, names));
    }
    case 'rcall':
      return callMeaning(node.args[0], [node.args[1], ...node.args[2]], names);
    case 'call':
      return callMeaning(node.args[0], node.args[1], names);
    default:
      compare(node, names);
      return null;
  }
}

function namedBy(name: string, names: Names): Meaning {
  const meaning = names.get(name);
  if (meaning !== undefined) return meaning;
  if (name === 'allowed') throw new UnknownWord('only `holds` may ask for allowed.<action>');
  throw new UnknownWord(`${name} stands for nothing here; R.attr, role, P.roles and V.<variable> do`);
}

function partOf(owner: ASTNode, name: string, names: Names): Meaning {
  if (nameOf(owner) === 'V') throw new UnknownWord(`there is no variable V.${name}`);
  const whole = meaningOf(owner, names);
  if (whole === null) return null;
  const part = fieldOf(whole, name);
  if (part !== undefined) return part;
  const fields = fieldsOf(whole);
  const known = fields.length === 0 ? '' : `; it has ${fields.join(', ')}`;
  throw new UnknownWord(`${textOf(owner)} has no ${name}${known}`);
}

function callMeaning(called: string, args: readonly ASTNode[], names: Names): Meaning {
  const [list, variable] = args;
  if (called === 'bind' && list && nameOf(list) === 'cel') return bound(args, names);
  const local = LOOPS.has(called) && variable?.op === 'id' ? variable.args : null;
  const first = list === undefined ? null : meaningOf(list, names);
  const inner = local === null ? names : new Map(names).set(local, elementOf(first));
  const others = args.slice(local === null ? 1 : 2).map((it) => meaningOf(it, inner));
  const [other] = others;
  if (OF_TWO_LISTS.has(called) && list && variable) {
    mustBeIn(elementOf(first), { of: list, texts: textsIn(variable) });
    mustBeIn(elementOf(other ?? null), { of: variable, texts: textsIn(list) });
  }
  return KEEPS_LIST.has(called) ? first : null;
}

function bound([, variable, value, body]: readonly ASTNode[], names: Names): Meaning {
  if (variable?.op !== 'id' || !value || !body) return null;
  return meaningOf(body, new Map(names).set(variable.args, meaningOf(value, names)));
}

function compare(node: ASTNode, names: Names): void {
  const [left, right] = childrenOf(node).map((it) => ({ node: it, meaning: meaningOf(it, names) }));
  if (!left || !right) return;
  if (node.op === 'in') {
    mustBeIn(left.meaning, { of: left.node, texts: textsIn(right.node) });
    mustBeIn(elementOf(right.meaning), { of: right.node, texts: textsOf(left.node) });
  }
  if (node.op !== '==' && node.op !== '!=') return;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    mustBeIn(one.meaning, { of: one.node, texts: textsOf(other.node) });
    mustBeIn(elementOf(one.meaning), { of: one.node, texts: textsIn(other.node) });
  }
}

const textsOf = (node: ASTNode): string[] => (node.op === 'value' && typeof node.args === 'string' ? [node.args] : []);
const textsIn = (node: ASTNode): string[] => (node.op === 'list' ? node.args.flatMap(textsOf) : []);

function mustBeIn(meaning: Meaning, { of, texts }: { of: ASTNode; texts: readonly string[] }): void {
  if (meaning === null) return;
  const values = plainValuesOf(meaning);
  const unknown = texts.find((it) => !values.includes(it));
  if (unknown === undefined) return;
  const known = values.length === 0 ? 'no text' : values.map(String).join(', ');
  throw new UnknownWord(`"${unknown}" is no value of ${textOf(of)}, which is ${known}`);
}
