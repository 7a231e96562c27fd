import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { adAccountGate, roleGate } from '../gates.ts';
import { transact, type Written } from '../transact.ts';
import { AdAccount } from './entity.ts';
import { giveRole } from './roles.ts';
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
    return giveRole(ctx, tx, { advertiserId, userId, bcId: adAccount.bcId ?? null }, advertiserRole);
  });
}
