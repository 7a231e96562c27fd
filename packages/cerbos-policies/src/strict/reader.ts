import type { ASTNode } from '@marcbachmann/cel-js';
import { textOf } from '../expressions.ts';
import type { Json } from '../json.ts';
import { holdsSent, joined, listOf, PLAIN, UNKNOWN, type Shape } from './shape.ts';

/** What is wrong with a part of an expression. */
export interface Misreading {
  /** `unsent`: it reads what is never sent. `escape`: it cannot be told what it reads. `value`: it compares with what never is. */
  what: 'unsent' | 'undeclared' | 'escape' | 'value';
  /** The part, as CEL. */
  part: string;
  /** What is wrong with it, after the part. */
  why: string;
}

/** What an expression is read with. */
export interface Reading {
  /** What a name stands for; undefined for one that is none. */
  named: (name: string) => Shape | undefined;
  /** Whether what was sent must be read by names alone, so that all that is read is known. */
  strict: boolean;
  found: (misreading: Misreading) => void;
}

/** What a node comes to; on the way, what is misread in it is found. */
export function shapeAt(node: ASTNode, reading: Reading): Shape {
  switch (node.op) {
    case 'value':
      return {
        sort: 'plain',
        values: typeof node.args === 'object' && node.args !== null ? null : [jsonOf(node.args)],
      };
    case 'id':
      return reading.named(node.args) ?? PLAIN;
    case '.':
    case '.?':
      return select(node, shapeAt(node.args[0], reading), node.args[1], reading);
    case '[]':
    case '[?]':
      return index(node, reading);
    case 'list':
      return node.args.length === 0
        ? listOf(UNKNOWN)
        : listOf(node.args.map((it) => shapeAt(it, reading)).reduce(joined));
    case 'map':
      return writtenMap(node.args, reading);
    case '?:': {
      const [condition, yes, no] = node.args;
      plainAt(condition, reading);
      return eitherOf(shapeAt(yes, reading), shapeAt(no, reading), reading);
    }
    case '+': {
      const [left, right] = node.args.map((it) => shapeAt(it, reading)) as [Shape, Shape];
      return left.sort === 'list' && right.sort === 'list'
        ? joined(left, right)
        : plainOf(node, [left, right], reading);
    }
    case '==':
    case '!=':
      return compared(node, reading);
    case 'in':
      return contained(node, reading);
    case 'call':
      return called(node, node.args[0], node.args[1], reading);
    case 'rcall':
      return method(node, reading);
    case '!_':
    case '-_':
      plainAt(node.args, reading);
      return PLAIN;
    default:
      for (const it of node.args) plainAt(it, reading);
      return PLAIN;
  }
}

/** A value that must hold nothing of what was sent but what it names. */
export function plainAt(node: ASTNode, reading: Reading): Shape {
  const shape = shapeAt(node, reading);
  if (holdsSent(shape)) escapes(node, 'is used as a whole', reading);
  return shape;
}

function plainOf(node: ASTNode, shapes: readonly Shape[], reading: Reading): Shape {
  if (shapes.some(holdsSent)) escapes(node, 'puts what was sent together with something else', reading);
  return shapes.some(({ sort }) => sort !== 'plain') ? UNKNOWN : PLAIN;
}

function escapes(node: ASTNode, why: string, { strict, found }: Reading): void {
  if (strict) found({ what: 'escape', part: textOf(node), why });
}

function select(node: ASTNode, owner: Shape, name: string, { found, strict }: Reading): Shape {
  if (owner.sort === 'list' && holdsSent(owner) && strict) {
    found({ what: 'unsent', part: textOf(node), why: 'is a part of a list, which has none' });
  }
  if (owner.sort !== 'record') return UNKNOWN;
  const field = owner.fields.get(name);
  if (field) return field;
  if (owner.rest === 'none' && owner.sent) {
    const known = [...owner.fields.keys()].toSorted().join(', ');
    found({ what: 'unsent', part: textOf(node), why: known === '' ? '' : `there are ${known}` });
  }
  if (owner.rest === 'any' && owner.sent && (strict || owner.fields.size > 0)) {
    found({ what: strict ? 'unsent' : 'undeclared', part: textOf(node), why: '' });
  }
  return typeof owner.rest === 'string' ? UNKNOWN : owner.rest;
}

function index(node: ASTNode & { op: '[]' | '[?]' }, reading: Reading): Shape {
  const [of, key] = node.args;
  const owner = shapeAt(of, reading);
  if (key.op === 'value' && typeof key.args === 'string') return select(node, owner, key.args, reading);
  plainAt(key, reading);
  if (owner.sort === 'list') return owner.of;
  if (owner.sort !== 'record') return UNKNOWN;
  if (owner.sent) escapes(node, 'takes a field by a name that is made up there', reading);
  return [...owner.fields.values()].reduce(joined, UNKNOWN);
}

function writtenMap(entries: readonly (readonly [ASTNode, ASTNode])[], reading: Reading): Shape {
  const fields = new Map<string, Shape>();
  const others: Shape[] = [];
  for (const [key, value] of entries) {
    plainAt(key, reading);
    const shape = shapeAt(value, reading);
    if (key.op === 'value' && typeof key.args === 'string') fields.set(key.args, shape);
    else others.push(shape);
  }
  return { sort: 'record', fields, rest: others.reduce(joined, UNKNOWN), sent: false };
}

function eitherOf(one: Shape, other: Shape, { strict }: Reading): Shape {
  const isUnknown = one.sort === 'unknown' || other.sort === 'unknown';
  return isUnknown && !strict ? UNKNOWN : joined(one, other);
}

function compared(node: ASTNode & { op: '==' | '!=' }, reading: Reading): Shape {
  const [left, right] = node.args;
  const [a, b] = [shapeAt(left, reading), shapeAt(right, reading)];
  const isNull = (it: ASTNode): boolean => it.op === 'value' && it.args === null;
  if ((holdsSent(a) && !isNull(right)) || (holdsSent(b) && !isNull(left))) {
    escapes(node, 'compares a whole with something else than null', reading);
  }
  mayBe(left, a, literalsOf(right), reading);
  mayBe(right, b, literalsOf(left), reading);
  return PLAIN;
}

function contained(node: ASTNode & { op: 'in' }, reading: Reading): Shape {
  const [item, list] = node.args;
  const [a, b] = [plainAt(item, reading), shapeAt(list, reading)];
  if (b.sort === 'record' && b.sent) {
    if (item.op === 'value' && typeof item.args === 'string') select(node, b, item.args, reading);
    else escapes(node, 'looks for a field by a name that is made up there', reading);
  } else if (holdsSent(b)) escapes(node, 'looks for a whole', reading);
  mayBe(item, a, list.op === 'list' ? list.args.flatMap(literalsOf) : [], reading);
  if (b.sort === 'list') mayBe(list, b.of, literalsOf(item), reading);
  return PLAIN;
}

const literalsOf = (node: ASTNode): Json[] =>
  node.op === 'value' && (typeof node.args !== 'object' || node.args === null) ? [jsonOf(node.args)] : [];

const jsonOf = (value: string | number | bigint | boolean | null): Json =>
  typeof value === 'bigint' ? Number(value) : value;

/** Finds a value that something is compared with and never is. */
function mayBe(node: ASTNode, shape: Shape, values: readonly Json[], { strict, found }: Reading): void {
  if (!strict || shape.sort !== 'plain' || shape.values === null || node.op === 'value') return;
  const known = shape.values;
  const never = values.find((it) => it !== null && !known.includes(it));
  if (never === undefined) return;
  const said = [...new Set(known.map((it) => JSON.stringify(it)))].join(', ');
  found({ what: 'value', part: textOf(node), why: `is never ${JSON.stringify(never)}, but ${said}` });
}

function called(node: ASTNode, name: string, args: readonly ASTNode[], reading: Reading): Shape {
  const shapes = args.map((it) => shapeAt(it, reading));
  const [first = UNKNOWN] = shapes;
  if (name === 'has') return PLAIN;
  if (name === 'size' && first.sort === 'list') return PLAIN;
  return resultOf(node, name, shapes, reading);
}

/** What a function that knows nothing of records makes. */
function resultOf(node: ASTNode, name: string, shapes: readonly Shape[], reading: Reading): Shape {
  if (shapes.some(holdsSent)) escapes(node, `hands what was sent to ${name}()`, reading);
  const [first = UNKNOWN] = shapes;
  return KEEPS_ITEMS.has(name) && !holdsSent(first) ? first : UNKNOWN;
}

const KEEPS_ITEMS = new Set(['intersect', 'except', 'distinct', 'sort', 'slice', 'reverse', 'filter', 'sortBy']);
const LOOPS = new Set(['exists', 'all', 'exists_one', 'existsOne', 'filter', 'map', 'sortBy', 'transformList']);

function method(node: ASTNode & { op: 'rcall' }, reading: Reading): Shape {
  const [name, on, args] = node.args;
  if (name === 'bind' && on.op === 'id' && on.args === 'cel') return bound(args, reading);
  const owner = shapeAt(on, reading);
  if (LOOPS.has(name) && args.length > 1 && args[0]?.op === 'id') return looped({ node, name, owner, args }, reading);
  if (owner.sort === 'list' && (name === 'size' || KEEPS_SENT.has(name))) {
    for (const it of args) plainAt(it, reading);
    return name === 'size' ? PLAIN : owner;
  }
  return resultOf(node, name, [owner, ...args.map((it) => shapeAt(it, reading))], reading);
}

/** Methods of lists that leave their items as they are. */
const KEEPS_SENT = new Set(['slice', 'reverse', 'sort', 'distinct']);

function bound([variable, value, body]: readonly ASTNode[], reading: Reading): Shape {
  if (variable?.op !== 'id' || !value || !body) return UNKNOWN;
  return shapeAt(body, withNames(reading, { [variable.args]: shapeAt(value, reading) }));
}

interface Loop {
  node: ASTNode;
  name: string;
  owner: Shape;
  args: readonly ASTNode[];
}

function looped({ node, name, owner, args }: Loop, reading: Reading): Shape {
  if (owner.sort === 'record' && owner.sent) escapes(node, 'goes through the fields of what was sent', reading);
  const item = owner.sort === 'list' ? owner.of : UNKNOWN;
  const variables = args.slice(0, -1).flatMap((it) => (it.op === 'id' ? [it.args] : []));
  const isTwofold = variables.length > 1 && name !== 'map' && name !== 'filter' && name !== 'sortBy';
  const [first = '', second = ''] = variables;
  const names = isTwofold ? { [first]: PLAIN, [second]: item } : { [first]: item };
  const inner = withNames(reading, names);
  const bodies = args.slice(isTwofold ? 2 : 1);
  if (name === 'map' || name === 'transformList') {
    for (const it of bodies.slice(0, -1)) plainAt(it, inner);
    const [made] = bodies.slice(-1);
    return listOf(made ? shapeAt(made, inner) : UNKNOWN);
  }
  for (const it of bodies) plainAt(it, inner);
  return name === 'filter' || name === 'sortBy' ? owner : PLAIN;
}

function withNames(reading: Reading, names: Readonly<Record<string, Shape>>): Reading {
  return { ...reading, named: (name) => (Object.hasOwn(names, name) ? names[name] : reading.named(name)) };
}
