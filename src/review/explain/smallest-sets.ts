import type { FactChange } from '../../decision/reasons/fact-changes.ts';
import type { ReasonCode } from '../../domain/errors.ts';
import { smallest } from './smallest-search.ts';
import { standpointsOf, type Asking, type Situation } from './alternative-subjects.ts';
import type { Step, Allows } from './step.ts';

/** Changes that together, and none of them left out, would turn a DENY into an ALLOW. */
export interface WouldAllow {
  changes: readonly (FactChange & { who: string })[];
  codes: readonly ReasonCode[];
}

/** What would allow, and how far was looked for it. */
export interface Would {
  sets: readonly WouldAllow[];
  /** All sets of at most so many changes were tried; `all` = every set of any size. */
  tried: number | 'all';
}

/** Every smallest set of other facts with which the policies would allow, by the policies' own answers. */
export async function smallestSets(situation: Situation, asking: Asking, allows: Allows): Promise<Would> {
  const { sets, tried } = await smallest(standpointsOf(situation, asking), asking.apart, allows);
  return { sets: sets.map(told), tried };
}

/** A set of steps with who could make each. */
export function told(steps: readonly Step[]): WouldAllow {
  const changes = steps.flatMap((step) => step.changes.map((change) => ({ ...change, who: step.who })));
  return { changes, codes: [...new Set(steps.flatMap(({ codes }) => codes))] };
}
