import { growAndShrink } from './grow-and-shrink.ts';
import {
  ofFewestFacts,
  unbeaten,
  type Allows,
  type Asked,
  type Field,
  type Option,
  type Standpoint,
  type Step,
} from './step.ts';
import type { Apart } from './equivalence-classes.ts';

/** What was found, and how far was looked. */
export interface Found {
  sets: readonly (readonly Step[])[];
  /** All sets of at most so many changes were tried; `all` = every set of any size. */
  tried: number | 'all';
}

/** Situations more than this are not asked about. */
const MOST_ASKED = 20_000;
/** Sets that come to the same class of situations; more are not told. */
const MOST_ALIKE = 64;

/** Values of a field that the rules do not tell apart, with the fewest steps that lead to any. */
interface Choice {
  field: string;
  key: string;
  options: readonly Option[];
  cost: number;
}

interface Combination {
  standpoint: Standpoint;
  choices: readonly Choice[];
}

/** Every smallest set of changes with which the policies would allow: by size, and each situation only as a class. */
export async function smallest(standpoints: readonly Standpoint[], apart: Apart, allows: Allows): Promise<Found> {
  const spaces = standpoints.map((it) => ({
    standpoint: it,
    choices: it.fields.map((field) => choicesOf(field, it, apart)),
  }));
  const limit = Math.min(
    ...standpoints.flatMap(({ steps, fields }) => fields.map((it) => steps.length + (it.missingFrom ?? Infinity))),
  );
  const largest = Math.max(
    ...spaces.map(({ standpoint, choices }) => standpoint.steps.length + sum(choices.map(dearest))),
  );
  const found: Combination[] = [];
  let left = MOST_ASKED;
  let tried = 0;
  for (; tried < largest; tried += 1) {
    const all = spaces.flatMap(({ standpoint, choices }) =>
      ofCost(tried + 1, { standpoint, choices, found, most: left }),
    );
    if (all.length >= left) break;
    left -= all.length;
    const allowed = await allows(all.map((it) => asked(it)));
    found.push(...all.filter((_, index) => allowed[index]));
  }
  const isAll = tried === largest && limit === Infinity;
  const sets = await toldSets(found, allows);
  const bound = isAll ? 'all' : Math.min(tried, limit - 1);
  if (sets.length > 0 || isAll) return { sets, tried: bound };
  return { sets: await growAndShrink(standpoints, allows), tried: bound };
}

const sum = (all: readonly number[]): number => all.reduce((total, it) => total + it, 0);
const dearest = (choices: readonly Choice[]): number => Math.max(0, ...choices.map(({ cost }) => cost));

function choicesOf({ name, options }: Field, { attr }: Standpoint, apart: Apart): Choice[] {
  const now = apart.classOf(name, attr[name]);
  const classes = Map.groupBy(options, ({ value }) => apart.classOf(name, value));
  classes.delete(now);
  return [...classes].map(([key, alike]) => {
    const sorted = alike.toSorted((a, b) => a.steps.length - b.steps.length);
    const fewest = unbeaten(sorted, ({ steps }) => steps);
    return { field: name, key, options: fewest, cost: fewest[0]?.steps.length ?? 0 };
  });
}

/** Combinations of at most one choice a field that take so many steps, but for those that hold one that is enough. */
function ofCost(cost: number, { standpoint, choices, found, most }: Combined): Combination[] {
  const enough = found.filter((it) => it.standpoint === standpoint).map((it) => it.choices);
  const all: Combination[] = [];
  const extend = (at: number, left: number, taken: readonly Choice[]): void => {
    if (all.length >= most) return;
    if (left === 0) {
      if (!enough.some((some) => some.every((it) => taken.includes(it)))) all.push({ standpoint, choices: taken });
      return;
    }
    const own = choices[at];
    if (!own || left > sum(choices.slice(at).map(dearest))) return;
    for (const it of own) if (it.cost <= left) extend(at + 1, left - it.cost, [...taken, it]);
    extend(at + 1, left, taken);
  };
  const left = cost - standpoint.steps.length;
  if (left >= 0) extend(0, left, []);
  return all;
}

interface Combined {
  standpoint: Standpoint;
  choices: readonly (readonly Choice[])[];
  found: readonly Combination[];
  most: number;
}

function asked({ standpoint, choices }: Combination): Asked {
  const changed = choices.map(({ field, options }) => [field, options[0]?.value] as const);
  return { roles: standpoint.roles, attr: { ...standpoint.attr, ...Object.fromEntries(changed) } };
}

/** Each way to what was found, if the policies allow it by their own answer. */
async function toldSets(found: readonly Combination[], allows: Allows): Promise<(readonly Step[])[]> {
  const ways = found.flatMap(({ standpoint, choices }) => {
    const all = choices.reduce<{ steps: Step[]; attr: Asked['attr'] }[]>(
      (some, { field, options }) =>
        some
          .flatMap(({ steps, attr }) =>
            options.map((it) => ({ steps: [...steps, ...it.steps], attr: { ...attr, [field]: it.value } })),
          )
          .slice(0, MOST_ALIKE),
      [{ steps: [...standpoint.steps], attr: standpoint.attr }],
    );
    return all.map((it) => ({ ...it, roles: standpoint.roles }));
  });
  const sorted = ways.toSorted((a, b) => a.steps.length - b.steps.length);
  const fewest = unbeaten(sorted, ({ steps }) => steps);
  const allowed = await allows(fewest);
  return ofFewestFacts(fewest.filter((_, index) => allowed[index]).map(({ steps }) => steps));
}
