import type { Projection } from '../../facts/kinds.ts';

/** Candidates that are equally near to the fixed side of a search. */
export interface Tier {
  /** SQL of their ids, as `merged` in candidates.ts takes it. */
  sources: readonly string[];
  /**
   * The vectors that one of them can have if it is in no nearer tier; null where they are too many, so that each has to
   * be looked at. `unrelated`, the projection of an id that cannot exist, shows what all candidates of a search share.
   */
  vectors: (unrelated: Projection) => readonly Projection[] | null;
}

/** Tiers from the nearest, which is always looked at, to all that is left of the type. */
export interface Tiers {
  nearest: readonly string[];
  outer: readonly Tier[];
  rest: Tier['vectors'];
  /** The values of the sources, $3 and on. */
  values: readonly unknown[];
}
