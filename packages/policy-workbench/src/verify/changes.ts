import { sortedRecords } from '../space/finite-domain.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Change } from './invariants.ts';
import type { VectorSpace } from '../space/vector-space.ts';
import type { VectorUnit } from '../space/vector-unit.ts';

/** Two values of a field before and after a change, and their classes. */
export interface Step {
  field: string;
  before: Json;
  after: Json;
  from: number;
  to: number;
}

/** Every pair of classes between which a change leads, each with one example. */
export function stepsOf(change: Change, space: VectorSpace, unit: VectorUnit): Step[] {
  const [field = '', inner] = change.at.split('[].');
  const isList = space.lists.some((list) => list.field === field);
  const pairs = isList ? listPairs(change, { field, inner, space, unit }) : plainPairs(change, space.valuesOf(field));
  const { classOf } = unit.classesOf(field);
  const steps = new Map<string, Step>();
  for (const [before, after] of pairs) {
    const [from, to] = [classOf(before), classOf(after)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from}>${to}`;
    if (!steps.has(key)) steps.set(key, { field, before, after, from, to });
  }
  return [...steps.values()];
}

function* plainPairs(change: Change, values: readonly (Json | undefined)[]): Generator<[Json, Json]> {
  for (const before of values) {
    for (const after of values) {
      if (before !== undefined && after !== undefined && leads(change, before, after)) yield [before, after];
    }
  }
}

function leads({ add, from, to }: Change, before: Json, after: Json): boolean {
  if (add !== undefined) return isOneMore(before, after);
  const fits = (wanted: Json | undefined, value: Json): boolean => wanted === undefined || wanted === value;
  return before !== after && fits(from, before) && fits(to, after);
}

function isOneMore(before: Json, after: Json): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  return after.length === before.length + 1 && before.every((it) => after.includes(it));
}

interface ListChange {
  field: string;
  inner: string | undefined;
  space: VectorSpace;
  unit: VectorUnit;
}

function* listPairs(change: Change, { field, inner, space, unit }: ListChange): Generator<[Json, Json]> {
  const records = space.valuesOf(field) as Json[];
  const { representatives, untried, classOf } = unit.classesOf(field);
  const changes =
    inner === undefined
      ? records.map((it) => [null, it] as const)
      : [...recordPairs(change, records, inner), ...sortPairs(change, records, inner, space.sortsOf(field))];
  const classed = Map.groupBy(changes, ([before, after]) =>
    JSON.stringify([before && classOf([before]), classOf([after])]),
  );
  for (const alike of classed.values()) {
    // Whatever else is in the list is as one of the representatives; no record is in a list twice.
    for (const rest of representatives as Json[][]) {
      const apart = alike.find(([before, after]) => !rest.includes(before) && !rest.includes(after));
      const [before, after] = apart ?? (untried === null ? alike[0] : undefined) ?? [null, null];
      if (after === null) continue;
      const whole = before === null ? rest : sortedRecords([...rest, before]);
      yield [whole, sortedRecords([...rest, after])];
    }
  }
}

function recordPairs(change: Change, records: readonly Json[], inner: string): (readonly [Json, Json])[] {
  const others = (record: Json): string => JSON.stringify({ ...(record as Record<string, Json>), [inner]: null });
  const alike = Map.groupBy(records, others);
  const at = (record: Json): Json => (record as Record<string, Json>)[inner] ?? null;
  return records.flatMap((before) =>
    (alike.get(others(before)) ?? [])
      .filter((after) => leads(change, at(before), at(after)))
      .map((after) => [before, after] as const),
  );
}

type Fields = Readonly<Record<string, Json>>;
type Sort = ReadonlyMap<string, ReadonlySet<string>>;

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Pairs of records of two sorts, where the changed field makes the one sort of the other: all that the other sort can have
 * stays as it was, and what it cannot goes along, as the scopes of a grant do with the grant.
 */
function sortPairs(
  change: Change,
  records: readonly Json[],
  inner: string,
  sorts: readonly Sort[],
): (readonly [Json, Json])[] {
  if (sorts.length < 2) return [];
  const ofSort = sorts.map((sort) => (records as Fields[]).filter((record) => isOf(sort, record)));
  return sorts.flatMap((from, at) =>
    sorts.flatMap((to, where) => {
      // It tells the sorts apart where they have no value of it in common.
      if (from === to || from.get(inner)?.isDisjointFrom(to.get(inner) ?? NOTHING) !== true) return [];
      return (ofSort[at] ?? []).flatMap((before) => {
        const own = [...to.keys()].filter((name) => name !== inner && canHave(to, name, before[name]));
        return (ofSort[where] ?? [])
          .filter(
            (after) =>
              leads(change, before[inner] ?? null, after[inner] ?? null) &&
              own.every((name) => JSON.stringify(after[name]) === JSON.stringify(before[name])),
          )
          .map((after) => [before, after] as const);
      });
    }),
  );
}

const canHave = (sort: Sort, name: string, value: Json | undefined): boolean =>
  sort.get(name)?.has(JSON.stringify(value)) === true;

const isOf = (sort: Sort, record: Fields): boolean => [...sort].every(([name]) => canHave(sort, name, record[name]));
