import type { Json } from '@sparkgate/cerbos-policies/json';
import type { Change } from './invariants.ts';
import { UnknownWord } from './unknown-word.ts';
import type { VectorSpace } from '../space/vector-space.ts';

/** Refuses a change that no two situations of a kind can differ in. @throws UnknownWord */
export function refuseUnknownChange(change: Change, space: VectorSpace): void {
  const values = valuesAt(change.at, space);
  if (change.add !== undefined && (change.from !== undefined || change.to !== undefined))
    throw new UnknownWord('a change adds any value, or leads from one to another, not both');
  if (values === 'records') {
    if (change.add === undefined)
      throw new UnknownWord(`${change.at} is a list of records: its change is \`add: any\``);
    return;
  }
  if (change.add !== undefined && !values.some(Array.isArray))
    throw new UnknownWord(`${change.at} is no list that anything could be added to`);
  for (const wanted of [change.from, change.to]) {
    if (wanted !== undefined && !values.includes(wanted))
      throw new UnknownWord(`${String(wanted)} is no value of ${change.at}, which is ${plain(values)}`);
  }
  if (change.from !== undefined && change.from === change.to)
    throw new UnknownWord(`from ${String(change.from)} to ${String(change.to)} is no change`);
}

const plain = (values: readonly Json[]): string =>
  values.map((it) => (typeof it === 'object' && it !== null ? 'a list or a record' : String(it))).join(', ');

/** The values that a change may lead between; `records`: it is about a list of records as a whole. @throws UnknownWord */
function valuesAt(at: string, space: VectorSpace): readonly Json[] | 'records' {
  const [field = '', inner] = at.split('[].');
  if (!space.shape.fields.includes(field))
    throw new UnknownWord(`${space.kind} has no field ${at} to change; it has ${space.shape.fields.join(', ')}`);
  const isList = space.lists.some((list) => list.field === field);
  if (isList && inner === undefined) return 'records';
  if (!isList && inner !== undefined)
    throw new UnknownWord(`${space.kind} has no field ${at} to change: ${field} is no list of records`);
  const values = space.valuesOf(field);
  if (inner === undefined) return distinct(values);
  const records = values as Readonly<Record<string, Json | undefined>>[];
  const names = [...new Set(records.flatMap((it) => Object.keys(it)))];
  if (!names.includes(inner))
    throw new UnknownWord(`${space.kind} has no field ${at} to change; in ${field} there are ${names.join(', ')}`);
  return distinct(records.map((it) => it[inner]));
}

function distinct(values: readonly (Json | undefined)[]): Json[] {
  const byText = new Map(values.filter((it) => it !== undefined).map((it) => [JSON.stringify(it), it]));
  return [...byText.values()];
}
