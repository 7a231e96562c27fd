import { distinctSorted } from './project.ts';
import { ALL_SCOPES, type Situation } from './situation.ts';
import { NOWHERE } from './account-improvements.ts';
import type { AccessPath } from './vectors.ts';

/** Whether the policies allow the subject anything at all in a situation. */
type Knows = (situation: Situation) => Promise<boolean>;

/**
 * A situation as the subject themself may know it; null where the thing's very existence is out of their sight. Who may
 * do nothing with a thing does not learn that it exists; and a path through a Business Center by which they may do
 * nothing does not tell whether that one holds the account (R4): what they lack is told as if it did.
 */
export async function asSeen(situation: Situation, knows: Knows): Promise<Situation | null> {
  if (!(await knows(situation))) return null;
  const { projection } = situation;
  if (projection.kind !== 'tiktok_account') return situation;
  const { vector } = projection;
  const by = (paths: readonly AccessPath[]): Situation => ({
    ...situation,
    projection: { ...projection, vector: { ...vector, paths: distinctSorted(paths) } },
  });
  const centers = vector.paths.filter(({ via }) => via === 'BUSINESS_CENTER');
  const others = vector.paths.filter(({ via }) => via !== 'BUSINESS_CENTER');
  const open = await filterAsync(centers, async (path) => knows(by([path])));
  if (open.length > 0) return by([...others, ...open]);
  const closed = centers.length > 0 ? centers : [NOWHERE];
  const told = closed.map(async (path): Promise<AccessPath> => {
    const held: AccessPath = { ...path, grant: 'ACTIVE', granted: ALL_SCOPES };
    // Who would see a grant, as an administrator does, knows that there is none.
    return (await knows(by([held]))) ? path : held;
  });
  return by([...others, ...(await Promise.all(told))]);
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}
