import type { ReasonCode } from '../../domain/errors.ts';
import { factChanges, type FactChange } from '../../decision/fact-changes.ts';
import { framesOf } from '../../decision/improvements.ts';
import type { Move, Situation } from '../../decision/situation.ts';
import { WHO } from './who.ts';

/** Changes that together, and none of them left out, would turn a DENY into an ALLOW. */
export interface WouldAllow {
  changes: readonly (FactChange & { who: string })[];
  codes: readonly ReasonCode[];
}

/** Sets of more changes than this are not looked for one by one, nor more sets than that at once. */
const MOST_CHANGES = 5;
const MOST_SETS = 20_000;

/** Every smallest set of better facts with which the policies would allow, by the policies' own answers. */
export async function smallestSets(
  situation: Situation,
  allows: (situations: readonly Situation[]) => Promise<boolean[]>,
): Promise<WouldAllow[]> {
  const found: { moves: readonly Move[]; after: Situation }[] = [];
  for (const frame of framesOf(situation).flat()) {
    let sets: Move[][] = [[]];
    const smallest: { moves: readonly Move[]; after: Situation }[] = [];
    for (let size = 1; size <= MOST_CHANGES; size += 1) {
      sets = sets
        .flatMap((set) =>
          frame.flatMap((facts, at) => (at > lastOf(set, frame) ? facts.map((move) => [...set, move]) : [])),
        )
        .filter((set) => !smallest.some(({ moves }) => moves.every((move) => set.includes(move))))
        .slice(0, MOST_SETS);
      const afters = sets.map((set) => set.reduce((it, move) => move.apply(it), situation));
      const allowed = await allows(afters);
      for (const [index, after] of afters.entries()) {
        if (allowed[index] === true) smallest.push({ moves: sets[index] ?? [], after });
      }
    }
    found.push(...smallest);
  }
  const sorted = found.toSorted((a, b) => a.moves.length - b.moves.length);
  return distinct(sorted.map(({ moves, after }) => told(situation, moves, after)));
}

/** Which of the facts the last move of a set is about; sets are built in their order. */
function lastOf(set: readonly Move[], frame: readonly (readonly Move[])[]): number {
  const last = set.at(-1);
  return last ? frame.findIndex((facts) => facts.includes(last)) : -1;
}

function told(situation: Situation, moves: readonly Move[], after: Situation): WouldAllow {
  const changes = moves.flatMap((move) => {
    const who = [...new Set(move.codes)].map((code) => WHO[code]).join('; ');
    // Where a path is new, the list as a whole has changed.
    return factChanges(situation, move.apply(situation)).map((change) => ({ ...change, who }));
  });
  const whole = factChanges(situation, after);
  return {
    changes: changes.length > 0 ? changes : whole.map((change) => ({ ...change, who: '' })),
    codes: [...new Set(moves.flatMap(({ codes }) => codes))],
  };
}

/** Different moves may come to the same. */
function distinct(sets: readonly WouldAllow[]): WouldAllow[] {
  return [...new Map(sets.toReversed().map((set) => [JSON.stringify(set.changes), set])).values()].toReversed();
}
