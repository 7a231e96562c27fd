import { accountTiers } from './account-tiers.ts';
import { merged, type Candidates, type Sides } from './candidates.ts';
import { adAccountTiers, centerTiers } from './center-tiers.ts';
import { requestTiers } from './request-tiers.ts';
import type { Tiers } from './tier.ts';

/** The tiers of a kind whose relationships are stored. */
export function tiersAround(sides: Sides): Tiers | null {
  switch (sides.moving === 'resource' ? sides.type : sides.fixed.type) {
    case 'tiktok_account':
      return accountTiers(sides);
    case 'business_center':
      return centerTiers(sides);
    case 'ad_account':
      return adAccountTiers(sides);
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
