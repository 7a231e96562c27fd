import type { FactChange } from '../../decision/reasons/fact-changes.ts';
import type { ReasonCode } from '../../domain/errors.ts';

/** One fact that becomes another. */
export interface Step {
  /** Which fact it is, as a JSON Pointer into the vector as it is now. */
  fact: string;
  /** What facts of several paths have in common. */
  like?: string;
  /** Of a new path, the same: where the step of another path does as well, that one is told. */
  standsBehind?: string;
  /** How far it goes: a step that goes less far has some of these only. */
  extent: ReadonlySet<string>;
  changes: readonly FactChange[];
  /** The missing conditions that it makes up for, as the service names them. */
  codes: readonly ReasonCode[];
  /** Who could bring it about. */
  who: string;
}

/** A value that a field might have instead, and the steps that lead there. */
export interface Option {
  value: unknown;
  steps: readonly Step[];
}

/** One field of what is asked, which changes on its own. */
export interface Field {
  name: string;
  options: readonly Option[];
  /** Options of this many steps and more are not all here; null where all are. */
  missingFrom: number | null;
}

/** Somebody who might ask, and all that might be otherwise then. */
export interface Standpoint {
  roles: readonly string[];
  attr: Readonly<Record<string, unknown>>;
  /** What it takes to ask so; none for whoever asks now. */
  steps: readonly Step[];
  fields: readonly Field[];
}

/** Whether some steps make others needless: none of them more than what one of the others does, and as far as it goes. */
function beats(some: readonly Step[], others: readonly Step[]): boolean {
  return (
    some !== others && some.length <= others.length && some.every((step) => others.some((it) => isWithin(step, it)))
  );
}

const isWithin = (step: Step, other: Step): boolean => isOfSame(step, other) && step.extent.isSubsetOf(other.extent);

const isOfSame = (step: Step, other: Step): boolean =>
  step.fact === other.fact || (step.like !== undefined && step.like === other.standsBehind);

/** Leaves out sets that change all the facts that another does and more besides, to whatever values. */
export function ofFewestFacts(sets: readonly (readonly Step[])[]): (readonly Step[])[] {
  return sets.filter(
    (set) =>
      !sets.some((other) => other.length < set.length && other.every((step) => set.some((it) => isOfSame(step, it)))),
  );
}

/** Leaves out what something else beats; of what comes to the same, the first stays. */
export function unbeaten<T>(all: readonly T[], stepsOf: (it: T) => readonly Step[]): T[] {
  return all.filter(
    (it, index) =>
      !all.some((other, at) => {
        if (at === index || !beats(stepsOf(other), stepsOf(it))) return false;
        return at < index || !beats(stepsOf(it), stepsOf(other));
      }),
  );
}

/** Situations in which the policies are asked. */
export interface Asked {
  roles: readonly string[];
  attr: Readonly<Record<string, unknown>>;
}

export type Allows = (all: readonly Asked[]) => Promise<boolean[]>;
