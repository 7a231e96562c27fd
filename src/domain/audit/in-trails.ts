import type { Audit } from '../transact.ts';

/**
 * One change as an entry in the trail of each Business Center that it touches, null standing for none. What touches
 * none is one entry too, in the trail of what belongs to none.
 */
export function inTrails(entry: Omit<Audit, 'bcId'>, bcIds: readonly (string | null)[]): [Audit, ...Audit[]] {
  const touched = new Set(bcIds.filter((bcId) => bcId !== null));
  const [first = null, ...others] = touched;
  return [{ ...entry, bcId: first }, ...others.map((bcId) => ({ ...entry, bcId }))];
}
