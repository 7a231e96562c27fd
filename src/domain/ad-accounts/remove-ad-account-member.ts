import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { adAccountGate, roleGate } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { AdAccount, AdAccountMember } from './entity.ts';

/** Takes a user's role in an ad account away. */
export async function removeAdAccountMember(
  ctx: Context,
  advertiserId: string,
  userId: string,
): Promise<Written<null>> {
  const gates = { takes: [roleGate(advertiserId, userId)], shares: [adAccountGate(advertiserId)] };
  return transact(ctx, gates, async (tx) => {
    const adAccount = await tx.em.findOne(AdAccount, { advertiserId });
    await authorizeKey(ctx, 'write_relationships', [adAccount?.bcId ?? null]);
    const current = await tx.em.findOne(AdAccountMember, { advertiserId, userId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'ad_account_member',
      key: { advertiser_id: advertiserId, user_id: userId },
    });
    if (!current) return { result: null, audit: 'unchanged' };
    await tx.em.nativeUpdate(AdAccountMember, { id: current.id, validTo: null }, closing(tx));
    const before = { advertiser_id: advertiserId, advertiser_role: current.advertiserRole };
    const subject = { type: 'user', id: userId };
    const bcId = adAccount?.bcId ?? null;
    return { result: null, audit: [{ event: 'ad_account_member.removed', subject, bcId, before }] };
  });
}
