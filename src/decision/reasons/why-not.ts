import type { Reason } from '../../domain/errors.ts';
import type { Vocabulary } from '../../facts/kinds.ts';
import type { StoredInput } from '../decision-input.ts';
import { OverBudget } from './ask-budget.ts';
import { framesOf, type Frame, type Move } from './better.ts';
import { reasonsOf } from './in-order.ts';

/** The missing conditions of a denied input. */
export interface WhyNot {
  reasons: readonly Reason[];
  /** What would have to move for the policies to allow; null where nothing was found. */
  moves: readonly Move[] | null;
  /** Not all ways were looked at, since what asks has no budget left. */
  incomplete: boolean;
}

/** @throws OverBudget */
type Ask = (input: StoredInput) => Promise<boolean>;

/** The nearest ways are looked at first, so many together. */
const FRAMES_AT_ONCE = 8;

/** More combinations of better values than this are not tried at once. */
const MOST_COMBINATIONS = 64;

/**
 * Finds the smallest set of facts that would have to be better for the policies to allow. The policies themselves say
 * so: every neighbour is put to the PDP, and nothing here knows what any rule asks for.
 */
export async function whyNot(input: StoredInput, vocabulary: Vocabulary, ask: Ask): Promise<WhyNot> {
  for (const frames of framesOf(input, vocabulary)) {
    const { sets, incomplete } = await smallestSets(input, frames, ask);
    const [smallest] = sets.toSorted((a, b) => a.length - b.length);
    if (smallest)
      return { reasons: reasonsOf(smallest.flatMap(({ reasons }) => reasons)), moves: smallest, incomplete };
    if (incomplete) return { reasons: [], moves: null, incomplete };
  }
  return { reasons: [], moves: null, incomplete: false };
}

/** What would have to move in each way by which that helps, as far as the budget goes. */
async function smallestSets(
  input: StoredInput,
  frames: readonly Frame[],
  ask: Ask,
): Promise<{ sets: Move[][]; incomplete: boolean }> {
  const sets: Move[][] = [];
  for (let at = 0; at < frames.length; at += FRAMES_AT_ONCE) {
    const some = frames.slice(at, at + FRAMES_AT_ONCE);
    const found = await Promise.allSettled(some.map(async (frame) => smallestSet(input, frame, ask)));
    const failures = found.filter((it) => it.status === 'rejected').map((it): unknown => it.reason);
    for (const failure of failures) if (!(failure instanceof OverBudget)) throw failure;
    sets.push(...found.flatMap((it) => (it.status === 'fulfilled' && it.value ? [it.value] : [])));
    if (failures.length > 0) return { sets, incomplete: true };
  }
  return { sets, incomplete: false };
}

/** The nearest input that would be allowed: each fact that moves goes no farther than the policies ask for. */
export async function nearest(input: StoredInput, moves: readonly Move[], ask: Ask): Promise<StoredInput> {
  let kept = [...moves];
  for (const [index, move] of moves.entries()) {
    const shorter = move.less.map((apply) => kept.with(index, { ...move, apply }));
    kept = (await firstAllowed(input, shorter, ask)) ?? kept;
  }
  return after(input, kept);
}

async function smallestSet(input: StoredInput, frame: Frame, ask: Ask): Promise<Move[] | null> {
  const all = await firstAllowed(input, combinations(frame), ask);
  if (!all) return null;
  const neededAlone = await Promise.all(all.map(async (move) => !(await ask(after(input, without(all, move))))));
  const needed = all.filter((_, index) => neededAlone[index]);
  return (await ask(after(input, needed))) ? needed : dropOneByOne(input, all, ask);
}

/** Where one missing condition can stand in for another, what is needed depends on what was dropped before. */
async function dropOneByOne(input: StoredInput, all: Move[], ask: Ask): Promise<Move[]> {
  let kept = all;
  for (const move of all) {
    const fewer = without(kept, move);
    if (await ask(after(input, fewer))) kept = fewer;
  }
  return kept;
}

async function firstAllowed(input: StoredInput, sets: readonly Move[][], ask: Ask): Promise<Move[] | null> {
  const allowed = await Promise.all(sets.map(async (moves) => ask(after(input, moves))));
  return sets.find((_, index) => allowed[index]) ?? null;
}

/** Every way to move each fact to one of its better values; the smallest values first. */
function combinations(frame: Frame): Move[][] {
  let sets: { moves: Move[]; cost: number }[] = [{ moves: [], cost: 0 }];
  for (const improvement of frame) {
    sets = sets
      .flatMap(({ moves, cost }) => improvement.map((move, index) => ({ moves: [...moves, move], cost: cost + index })))
      .slice(0, MOST_COMBINATIONS);
  }
  return sets.toSorted((a, b) => a.cost - b.cost).map(({ moves }) => moves);
}

function after(input: StoredInput, moves: readonly Move[]): StoredInput {
  return moves.reduce((it, move) => move.apply(it), input);
}

function without(moves: readonly Move[], move: Move): Move[] {
  return moves.filter((it) => it !== move);
}
