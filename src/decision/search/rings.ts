import type { Projection } from '../project.ts';
import { accountRings } from './account-rings.ts';
import { merged, type Candidates, type Sides } from './candidates.ts';
import { centerRings } from './center-rings.ts';
import { requestRings } from './request-rings.ts';

/** Candidates that are equally near to the fixed side of a search. */
export interface Ring {
  /** SQL of their ids, see {@link merged}. */
  sources: readonly string[];
  /**
   * The vectors that one of them can have if it is in no nearer ring; null where they are too many, so that each has to
   * be looked at. `nobody`, the projection of an id that cannot exist, shows what all candidates of a search share.
   */
  vectors: (nobody: Projection) => readonly Projection[] | null;
}

/** Rings from the nearest, which is always looked at, to all that is left of the type. */
export interface Rings {
  nearest: readonly string[];
  beyond: readonly Ring[];
  rest: Ring['vectors'];
  /** The values of the sources, $3 and on. */
  values: readonly unknown[];
}

/** The rings of a kind whose relationships are stored. */
export function ringsAround(sides: Sides): Rings | null {
  switch (sides.moving === 'resource' ? sides.type : sides.fixed.type) {
    case 'tiktok_account':
      return accountRings(sides);
    case 'business_center':
      return centerRings(sides);
    case 'access_request':
      return requestRings(sides);
    default:
      return null;
  }
}

/** The candidates of the nearest ring, number 0, and of those rings beyond it, number 1 and on, that are `wanted`. */
export function inRings({ nearest, beyond, values }: Rings, wanted: readonly number[], sides: Sides): Candidates {
  const sources = [nearest, ...beyond.map((ring) => ring.sources)].flatMap((own, ring) =>
    ring === 0 || wanted.includes(ring) ? own.map((from) => ({ from, ring })) : [],
  );
  return merged(sources, values, sides);
}
