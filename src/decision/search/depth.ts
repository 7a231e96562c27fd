import type { Verdicts } from './tier-verdicts.ts';

/** The outer tiers that have to be looked into; null = everything of the type, whatever tier it is in. */
export type Reach = readonly number[] | null;

/** Which candidates a search looks at, and of which tiers each one has to be decided by itself. */
export interface Depth {
  reach: Reach;
  open: readonly number[];
}

/** Everything of the type that moves, one by one: right whatever the tiers' verdicts are. */
export const ALL: Depth = { reach: null, open: [0] };

/** The nearest candidates alone, which often are all there are. */
export const NEAREST: Depth = { reach: [], open: [0] };

/** As deep as the verdicts say. */
export function depthOf(verdicts: Verdicts): Depth {
  const reach = reachOf(verdicts);
  return reach ? { reach, open: [0, ...reach.filter((tier) => verdicts.tiers[tier] === 'SOME')] } : ALL;
}

/** Whether a search of this depth finds all that one of that depth needs. */
export function covers({ reach, open }: Depth, needed: Depth): boolean {
  if (reach === null) return true;
  return needed.reach?.every((tier) => reach.includes(tier)) === true && needed.open.every((it) => open.includes(it));
}

/** A tier without hope is left out, unless one beyond it is sure: what is in both is as the nearer one says. */
function reachOf({ tiers, rest }: Verdicts): Reach {
  if (rest !== 'NONE') return null;
  const sure = tiers.lastIndexOf('ALL');
  return tiers.flatMap((verdict, tier) => (tier > 0 && (verdict !== 'NONE' || tier < sure) ? [tier] : []));
}
