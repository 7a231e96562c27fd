import type { ReasonCode } from '../../domain/errors.ts';
import type { Field, Option, Step } from './step.ts';

/** Who could change a fact to a value, and the missing condition that this makes up for, if any. */
export interface Cause {
  who: string;
  codes?: readonly ReasonCode[];
}

interface Plain<T> {
  from: T;
  to: T;
  extent: readonly string[];
  cause: Cause;
}

/** The step from one plain value to another. */
export function plainStep<T>(fact: string, { from, to, extent, cause }: Plain<T>): Step {
  return { fact, extent: new Set(extent), changes: [{ fact, from, to }], codes: cause.codes ?? [], who: cause.who };
}

/** A field that changes as a whole. @param extentOf how far it is to a value; as far to each, where it is left out */
export function plainField<T>(
  name: string,
  {
    now,
    values,
    cause,
    extentOf = (to) => [JSON.stringify(to)],
  }: { now: T; values: readonly T[]; cause: (to: T) => Cause; extentOf?: (to: T) => readonly string[] },
): Field {
  const others = values.filter((to) => JSON.stringify(to) !== JSON.stringify(now));
  const options = others.map((to): Option => {
    const step = plainStep(`/${name}`, { from: now, to, extent: extentOf(to), cause: cause(to) });
    return { value: to, steps: [step] };
  });
  return { name, options, missingFrom: null };
}

/** How far it is from one place of a ladder to another: a place on the way is less far. */
export function rungs<T>(ladder: readonly T[], from: T, to: T): string[] {
  const [here, there] = [ladder.indexOf(from), ladder.indexOf(to)];
  const [low, high] = here < there ? [here, there] : [there, here];
  return ladder.slice(low + 1, high + 1).map((it) => `${here < there ? 'up' : 'down'} ${String(it)}`);
}

/** How far it is from one set to another. */
export function setDifference(from: readonly string[], to: readonly string[]): string[] {
  const more = to.filter((it) => !from.includes(it)).map((it) => `with ${it}`);
  return [...more, ...from.filter((it) => !to.includes(it)).map((it) => `without ${it}`)];
}

/** Every set of these, the small ones first. */
export function subsets<T>(all: readonly T[]): T[][] {
  const found = all.reduce<T[][]>((sets, it) => sets.flatMap((set) => [set, [...set, it]]), [[]]);
  return found.toSorted((a, b) => a.length - b.length);
}
