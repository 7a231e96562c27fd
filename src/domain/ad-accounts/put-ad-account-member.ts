import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { adAccountGate, roleGate } from '../gates.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { AdAccount, AdAccountMember } from './entity.ts';
import type { AdAccountMemberBody } from './schemas.ts';

/** Gives a user a role in an ad account, or changes it. */
export async function putAdAccountMember(
  ctx: Context,
  advertiserId: string,
  userId: string,
  { advertiser_role: advertiserRole }: z.infer<typeof AdAccountMemberBody>,
): Promise<Written<null>> {
  const gates = { takes: [roleGate(advertiserId, userId)], shares: [adAccountGate(advertiserId)] };
  return transact(ctx, gates, async (tx) => {
    const adAccount = await tx.em.findOne(AdAccount, { advertiserId });
    await authorizeKey(ctx, 'write_relationships', [adAccount?.bcId ?? null]);
    if (!adAccount) throw new SparkgateError('not_found', (say) => say.details.noAdAccount(advertiserId));
    const current = await tx.em.findOne(AdAccountMember, { advertiserId, userId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'ad_account_member',
      key: { advertiser_id: advertiserId, user_id: userId },
    });
    if (current?.advertiserRole === advertiserRole) return { result: null, audit: 'unchanged' };
    if (current) await tx.em.nativeUpdate(AdAccountMember, { id: current.id, validTo: null }, closing(tx));
    await tx.em.insert(AdAccountMember, { advertiserId, userId, advertiserRole, ...opening(tx) });
    const before = current && { advertiser_id: advertiserId, advertiser_role: current.advertiserRole };
    const after = { advertiser_id: advertiserId, advertiser_role: advertiserRole };
    const subject = { type: 'user', id: userId };
    const bcId = adAccount.bcId ?? null;
    return { result: null, audit: [{ event: 'ad_account_member.put', subject, bcId, before, after }] };
  });
}
