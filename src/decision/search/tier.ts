import type { Facts } from '../../facts/kind.ts';
import type { Projection } from '../../facts/kinds.ts';

/** What is sent of the kind, and whether rules about the action may look at a part of it. */
export interface Told {
  facts: Facts;
  looksAt: (part: string) => boolean;
}

/** Candidates that are equally near to the fixed side of a search. */
export interface Tier {
  /** SQL of their ids, as `merged` in candidates.ts takes it. */
  sources: readonly string[];
  /**
   * The vectors that one of them can have if it is in no nearer tier; null where they are too many, so that each has to
   * be looked at. `unrelated`, the projection of an id that cannot exist, shows what all candidates of a search share.
   */
  vectors: (unrelated: Projection, told: Told) => readonly Projection[] | null;
}

/** Tiers from the nearest, which is always looked at, to all that is left of the type. */
export interface Tiers {
  nearest: readonly string[];
  outer: readonly Tier[];
  rest: Tier['vectors'];
  /** The values of the sources, $3 and on. */
  values: readonly unknown[];
}
