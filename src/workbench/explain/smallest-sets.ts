import type { ReasonCode } from '../../domain/errors.ts';
import { factChanges, type FactChange } from '../../decision/fact-changes.ts';
import { framesOf } from '../../decision/improvements.ts';
import type { Frame, Move, Situation } from '../../decision/situation.ts';
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
  const found: (readonly Move[])[] = [];
  for (const frame of framesOf(situation).flat()) {
    let sets: Move[][] = [[]];
    const smallest: (readonly Move[])[] = [];
    for (let size = 1; size <= MOST_CHANGES; size += 1) {
      sets = sets
        .flatMap((set) =>
          frame.flatMap((facts, at) => (at > lastOf(set, frame) ? facts.map((move) => [...set, move]) : [])),
        )
        .filter((set) => !smallest.some((moves) => moves.every((move) => set.includes(move))))
        .slice(0, MOST_SETS);
      const allowed = await allows(sets.map((set) => after(situation, set)));
      smallest.push(...sets.filter((_, index) => allowed[index]));
    }
    for (const set of lowest(smallest, frame)) found.push(...(await noFarther(situation, set, allows)));
  }
  const sorted = found.toSorted((a, b) => a.length - b.length);
  return distinct(sorted.map((moves) => told(situation, moves)));
}

const after = (situation: Situation, moves: readonly Move[]): Situation =>
  moves.reduce((it, move) => move.apply(it), situation);

/** Leaves out sets that move the same facts as another, none of them less far and one farther: STANDARD is enough. */
function lowest(sets: readonly (readonly Move[])[], frame: Frame): (readonly Move[])[] {
  const ranked = sets.map((set) => ({
    set,
    ranks: new Map(set.map((move) => [factOf(move, frame), frame[factOf(move, frame)]?.indexOf(move) ?? 0])),
  }));
  return ranked.flatMap(({ set, ranks }) => {
    const isBeaten = ranked.some(
      (other) =>
        other.set !== set &&
        other.ranks.size === ranks.size &&
        [...other.ranks].every(([fact, rank]) => rank <= (ranks.get(fact) ?? -1)),
    );
    return isBeaten ? [] : [set];
  });
}

/** The same moves, none farther than the policies ask for: a scope that is not needed is not given. */
async function noFarther(
  situation: Situation,
  moves: readonly Move[],
  allows: (situations: readonly Situation[]) => Promise<boolean[]>,
): Promise<Move[][]> {
  const choices = moves.map((move) => [...(move.less ?? []).map((apply) => ({ ...move, apply })), move]);
  const all = choices.reduce<Move[][]>((sets, some) => sets.flatMap((set) => some.map((it) => [...set, it])), [[]]);
  const allowed = await allows(all.map((set) => after(situation, set)));
  const reached = all.filter((_, index) => allowed[index]);
  const isNearer = (one: readonly Move[], other: readonly Move[]): boolean =>
    one !== other && one.every((move, index) => move === other[index] || other[index] === moves[index]);
  return reached.filter((set) => !reached.some((other) => isNearer(other, set)));
}

/** Which of the facts the last move of a set is about; sets are built in their order. */
function lastOf(set: readonly Move[], frame: Frame): number {
  const last = set.at(-1);
  return last ? factOf(last, frame) : -1;
}

const factOf = (move: Move, frame: Frame): number => frame.findIndex((moves) => moves.includes(move));

function told(situation: Situation, moves: readonly Move[]): WouldAllow {
  let before = situation;
  const changes = moves.flatMap((move) => {
    const from = before;
    before = move.apply(from);
    const who = [...new Set(move.codes)].map((code) => WHO[code]).join('; ');
    return factChanges(from, before).map((change) => ({ ...change, who }));
  });
  return {
    changes,
    codes: [...new Set(moves.flatMap(({ codes }) => codes))],
  };
}

/** Different moves may come to the same. */
function distinct(sets: readonly WouldAllow[]): WouldAllow[] {
  return [...new Map(sets.toReversed().map((set) => [JSON.stringify(set.changes), set])).values()].toReversed();
}
