import type { Json } from '../json.ts';

/** What a value may be, as far as is known of it. */
export type Shape = Record_ | List | Plain | Unknown;

/** A record whose fields are told, by a schema or where it is written out. */
interface Record_ {
  sort: 'record';
  fields: ReadonlyMap<string, Shape>;
  /** What fields may be that are not told: none, any without a word about them, or those of this shape. */
  rest: 'none' | 'any' | Shape;
  /** Whether it came with the request, and so is as its sender made it. */
  sent: boolean;
}

interface List {
  sort: 'list';
  of: Shape;
}

/** A value without parts. */
interface Plain {
  sort: 'plain';
  /** All that it can be; null where that is not told. */
  values: readonly Json[] | null;
}

/** Anything at all. */
interface Unknown {
  sort: 'unknown';
}

export const UNKNOWN: Shape = { sort: 'unknown' };
export const PLAIN: Shape = { sort: 'plain', values: null };
export const listOf = (of: Shape): Shape => ({ sort: 'list', of });

/** A record that comes with a request, of these fields alone. */
export const sentRecord = (fields: Readonly<Record<string, Shape>>): Shape => ({
  sort: 'record',
  fields: new Map(Object.entries(fields)),
  rest: 'none',
  sent: true,
});

/** The same, where whatever a schema leaves untold is never sent: nothing can be read of it. */
export function closed(shape: Shape): Shape {
  if (shape.sort === 'unknown') return sentRecord({});
  if (shape.sort === 'list') return listOf(closed(shape.of));
  if (shape.sort === 'plain') return shape;
  const fields = new Map([...shape.fields].map(([name, it]) => [name, closed(it)]));
  return { ...shape, fields, rest: typeof shape.rest === 'string' ? shape.rest : 'none' };
}

/** What a schema declares, without the fields that are never filled; `unfilled` is told their names. */
export function withoutUnfilled(declared: Shape, filled: Shape, unfilled: (name: string) => void): Shape {
  if (declared.sort === 'list' && filled.sort === 'list')
    return listOf(withoutUnfilled(declared.of, filled.of, unfilled));
  if (declared.sort !== 'record') return declared;
  const known = filled.sort === 'record' ? filled.fields : new Map<string, Shape>();
  const fields = [...declared.fields].flatMap(([name, it]): [string, Shape][] => {
    const own = known.get(name);
    if (own === undefined) unfilled(name);
    return own === undefined ? [] : [[name, withoutUnfilled(it, own, unfilled)]];
  });
  return { ...declared, fields: new Map(fields) };
}

/** Whether a value is, or holds, a record that came with the request. */
export function holdsSent(shape: Shape): boolean {
  if (shape.sort === 'list') return holdsSent(shape.of);
  return shape.sort === 'record' && (shape.sent || [...shape.fields.values()].some(holdsSent));
}

/** What is one or the other. */
export function joined(one: Shape, other: Shape): Shape {
  if (one.sort === 'plain' && other.sort === 'plain') {
    return { sort: 'plain', values: one.values && other.values && [...one.values, ...other.values] };
  }
  if (one.sort === 'list' && other.sort === 'list') return listOf(joined(one.of, other.of));
  if (one.sort === 'record' && other.sort === 'record') return joinedRecords(one, other);
  if (holdsSent(one) && holdsSent(other)) return sentRecord({});
  // Parts that are known are looked at, whatever else a value may be: null, as a rule.
  return holdsSent(one) || isNull(other) ? one : holdsSent(other) || isNull(one) ? other : UNKNOWN;
}

const isNull = (shape: Shape): boolean => shape.sort === 'plain' && shape.values?.every((it) => it === null) === true;

function joinedRecords(one: Record_, other: Record_): Shape {
  const names = new Set([...one.fields.keys(), ...other.fields.keys()]);
  const fieldOf = (name: string): Shape => {
    const [a, b] = [one.fields.get(name), other.fields.get(name)];
    return a && b ? joined(a, b) : (a ?? b ?? UNKNOWN);
  };
  return {
    sort: 'record',
    fields: new Map([...names].map((name) => [name, fieldOf(name)])),
    rest: one.rest === 'none' ? other.rest : one.rest,
    sent: one.sent || other.sent,
  };
}
