import type { Reason } from '../../domain/errors.ts';
import { distinctSorted } from '../../facts/kind.ts';
import { ALL_SCOPES } from '../../facts/membership.ts';
import { accessPath, type AccessPath, type TiktokAccountVector } from '../../facts/tiktok-account.ts';
import { accountFacts, type StoredInput } from '../decision-input.ts';

/** What the policies would say of an input. */
type Asks = (input: StoredInput) => Promise<boolean>;

/**
 * An input as the subject themself may know it; null where the thing's very existence is out of their sight. Who may
 * do nothing with a thing does not learn that it exists; and a path through a Business Center by which they may do
 * nothing does not tell whether that one holds the account (R4): what they lack is told as if it did. Nor does who may
 * assign nobody there learn who its members are.
 * @param knows whether the policies allow the subject anything at all
 * @param allows whether they allow what is asked
 */
export async function asSeen(input: StoredInput, knows: Asks, allows: Asks): Promise<StoredInput | null> {
  if (!(await knows(input))) return null;
  const seen = withoutFreezesOfOthers(await withAssigneeSeen(input, allows));
  const facts = accountFacts(seen);
  if (facts === null) return seen;
  const by = (paths: readonly AccessPath[]): StoredInput => ({
    ...seen,
    resourceAttr: { ...facts, paths: distinctSorted(paths) },
  });
  const centers = facts.paths.filter(({ via }) => via === 'BUSINESS_CENTER');
  const others = facts.paths.filter(({ via }) => via !== 'BUSINESS_CENTER');
  const open = await filterAsync(centers, async (path) => knows(by([path])));
  if (open.length > 0) return by([...others, ...open]);
  const closed = centers.length > 0 ? centers : [accessPath()];
  const told = closed.map(async (path): Promise<AccessPath> => {
    const held = asHeld(path);
    // Who would see a grant, as an administrator does, knows that there is none.
    return (await knows(by([held]))) ? path : held;
  });
  return by([...others, ...(await Promise.all(told))]);
}

/**
 * An input in which whoever the action would assign is a member, for a subject who may not know that they are none.
 * Who may: whom only this stands in the way of, and who could assign members if the account were held and nothing more
 * were named.
 * @param allows whether the policies allow what is asked
 */
export async function withAssigneeSeen(input: StoredInput, allows: Asks): Promise<StoredInput> {
  const facts = accountFacts(input);
  if (facts?.assignee?.member !== false) return input;
  const as = (it: Partial<TiktokAccountVector>): StoredInput => ({ ...input, resourceAttr: { ...facts, ...it } });
  const asMember = as({ assignee: { member: true } });
  const atAll = as({ paths: distinctSorted(facts.paths.map(asHeld)), assignee: null, scopes: null });
  return (await allows(asMember)) || (await allows(atAll)) ? input : asMember;
}

/** That a Business Center is frozen is for its members to know, and that an ad account is, for those with a role in it. */
function withoutFreezesOfOthers(input: StoredInput): StoredInput {
  const facts = accountFacts(input);
  if (facts === null) return input;
  const paths = facts.paths.map((path) => (path.user_role === null ? { ...path, center_frozen: false } : path));
  const isOwn = facts.advertiser_role !== 'NONE' && facts.advertiser_role !== null;
  const resourceAttr = { ...facts, paths: distinctSorted(paths), ad_account_frozen: isOwn && facts.ad_account_frozen };
  return { ...input, resourceAttr };
}

/** To a confined key an ad account in which the subject has no role that it may know of is as unknown as any. */
export function withinSight<E extends { reasons: readonly Reason[] }>(
  input: StoredInput | null,
  explained: E | undefined,
): E | undefined {
  if (!explained || input === null || accountFacts(input)?.advertiser_role !== 'NONE') return explained;
  return { ...explained, reasons: explained.reasons.filter(({ says }) => says !== 'FROZEN_AD_ACCOUNT') };
}

/** A path through a Business Center as if that one held the account; others stay. */
function asHeld(path: AccessPath): AccessPath {
  return path.via === 'BUSINESS_CENTER' ? { ...path, grant: 'ACTIVE', granted: [...ALL_SCOPES] } : path;
}

async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}
