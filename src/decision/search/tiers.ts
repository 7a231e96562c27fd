import type { Projection } from '../../facts/kinds.ts';
import { accountTiers } from './account-tiers.ts';
import { merged, type Candidates, type Sides } from './candidates.ts';
import { centerTiers } from './center-tiers.ts';
import { requestTiers } from './request-tiers.ts';

/** Candidates that are equally near to the fixed side of a search. */
export interface Tier {
  /** SQL of their ids, see {@link merged}. */
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

/** The tiers of a kind whose relationships are stored. */
export function tiersAround(sides: Sides): Tiers | null {
  switch (sides.moving === 'resource' ? sides.type : sides.fixed.type) {
    case 'tiktok_account':
      return accountTiers(sides);
    case 'business_center':
      return centerTiers(sides);
    case 'access_request':
      return requestTiers(sides);
    default:
      return null;
  }
}

/** The candidates of the nearest tier, number 0, and of those outer tiers, number 1 and on, that are `wanted`. */
export function inTiers({ nearest, outer, values }: Tiers, wanted: readonly number[], sides: Sides): Candidates {
  const sources = [nearest, ...outer.map((tier) => tier.sources)].flatMap((own, tier) =>
    tier === 0 || wanted.includes(tier) ? own.map((from) => ({ from, tier })) : [],
  );
  return merged(sources, values, sides);
}
