import type { Context } from '../context.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import type { Outcome, Tx } from '../transact.ts';
import type { AdvertiserRole } from '../vocabulary.ts';
import { AdAccountMember } from './entity.ts';

/** A user in an ad account, and the Business Center in whose trail a change is; null = in none. */
interface Place {
  advertiserId: string;
  userId: string;
  bcId: string | null;
}

/** Gives a user a role in an ad account, or changes it, inside a write that is under way and allowed. */
export async function giveRole(ctx: Context, tx: Tx, place: Place, role: AdvertiserRole): Promise<Outcome<null>> {
  const { advertiserId, userId, bcId } = place;
  const current = await currentRole(ctx, tx, place);
  if (current?.advertiserRole === role) return { result: null, audit: 'unchanged' };
  if (current) await tx.em.nativeUpdate(AdAccountMember, { id: current.id, validTo: null }, closing(tx));
  await tx.em.insert(AdAccountMember, { advertiserId, userId, advertiserRole: role, ...opening(tx) });
  const before = current && { advertiser_id: advertiserId, advertiser_role: current.advertiserRole };
  const after = { advertiser_id: advertiserId, advertiser_role: role };
  const subject = { type: 'user', id: userId };
  return { result: null, audit: [{ event: 'ad_account_member.put', subject, bcId, before, after }] };
}

/** Takes a user's role in an ad account away, in the same manner. */
export async function endRole(ctx: Context, tx: Tx, place: Place): Promise<Outcome<null>> {
  const { advertiserId, userId, bcId } = place;
  const current = await currentRole(ctx, tx, place);
  if (!current) return { result: null, audit: 'unchanged' };
  await tx.em.nativeUpdate(AdAccountMember, { id: current.id, validTo: null }, closing(tx));
  const before = { advertiser_id: advertiserId, advertiser_role: current.advertiserRole };
  const subject = { type: 'user', id: userId };
  return { result: null, audit: [{ event: 'ad_account_member.removed', subject, bcId, before }] };
}

async function currentRole(ctx: Context, tx: Tx, { advertiserId, userId }: Place): Promise<AdAccountMember | null> {
  const current = await tx.em.findOne(AdAccountMember, { advertiserId, userId, validTo: null });
  await requireMatch(ctx, tx.query, current?.id, {
    rows: 'ad_account_member',
    key: { advertiser_id: advertiserId, user_id: userId },
  });
  return current;
}
