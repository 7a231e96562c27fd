import type { VectorUnit } from '@sparkgate/policy-workbench/space/vector-unit';
import { bestNamings, NAMED_FIELDS, namingsOf, type NamedField, type Naming } from './request-variants.ts';
import type { Group } from './population.ts';
import type { Sides } from './comparison.ts';

/** What both bundles are asked about each group. */
export interface Asked {
  sides: Sides;
  names: number;
  /** What the rules about each action tell apart, by kind and action, as far as it is known. */
  units: Units;
}

export type Units = ReadonlyMap<string, ReadonlyMap<string, VectorUnit>>;

/** All that is tried of one action; `all`: there is no more that could matter. */
export interface Ways {
  namings: readonly Naming[];
  /** Whether the subject's role in an ad account can matter. */
  runs: boolean;
  all: boolean;
}

/** What is known of how the rules read a vector. */
export interface Reading {
  sides: Pick<Sides, 'actions' | 'describeOtherwise' | 'looksAt'>;
  units: Units;
}

/** Situations of one population that are tried for all actions together; each is decided twice. */
const MOST_TRIES = 60_000;

/** By action, what may be named, as far as the rules about it tell it apart; where that is too much, the best of it. */
export function waysFor(kind: string, reading: Reading, groups: readonly Group[]): Map<string, Ways> {
  const named = NAMED_FIELDS[kind] ?? [];
  const all = reading.sides.actions(kind).map((action) => {
    const fields = named.map((field) => telling(field, kind, action, reading));
    const runs = kind === 'tiktok_account' && looksAtRole(kind, action, reading);
    const namings = namingsOf(kind, fields);
    return { action, fields, runs, namings, tries: triesOf(groups, namings, runs) };
  });
  const sum = all.reduce((so, { tries }) => so + tries, 0);
  const most = sum > MOST_TRIES ? MOST_TRIES / all.length : MOST_TRIES;
  return new Map(
    all.map(({ action, fields, runs, namings, tries }) => {
      const best = tries > most ? bestNamings(kind, fields) : namings;
      return [action, { namings: best, runs, all: best.length === namings.length }];
    }),
  );
}

/** The values of a field of which each tells something that the others do not. */
function telling(field: NamedField, kind: string, action: string, { sides, units }: Reading): NamedField {
  const classes = units.get(kind)?.get(action)?.classesOf(field.name);
  // What only one schema refuses is decided otherwise, whatever the rules tell apart.
  if (sides.describeOtherwise(kind, field.name)) return field;
  if (!classes) return sides.looksAt(kind, action, field.name) ? field : { ...field, values: field.values.slice(0, 1) };
  const values = field.values.filter(({ value, place }, index) => {
    const own = classes.classOf(value);
    const before = field.values.slice(0, index).filter((it) => it.place === undefined || it.place === place);
    return own === undefined || !before.some((it) => classes.classOf(it.value) === own);
  });
  const [nothing, one] = values;
  const isOne = values.length === 2 && new Set(field.values.slice(1).map((it) => classes.classOf(it.value))).size === 1;
  return { ...field, values: isOne && nothing && one ? [nothing, { ...one, words: field.any }] : values };
}

function looksAtRole(kind: string, action: string, { sides, units }: Reading): boolean {
  const classes = units.get(kind)?.get(action)?.classesOf('advertiser_role');
  if (!classes || sides.describeOtherwise(kind, 'advertiser_role'))
    return sides.looksAt(kind, action, 'advertiser_role');
  return classes.representatives.length > 1;
}

function triesOf(groups: readonly Group[], namings: readonly Naming[], runs: boolean): number {
  const centers = namings.filter(({ place }) => place === 'center').length;
  return groups.reduce(
    (sum, { held, named }) => sum + (namings.length - centers + centers * named.length) * (runs ? 2 + held.length : 1),
    0,
  );
}
