import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { adAccountGate, roleGate } from '../gates.ts';
import { transact, type Written } from '../transact.ts';
import { AdAccount } from './entity.ts';
import { endRole } from './roles.ts';

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
    return endRole(ctx, tx, { advertiserId, userId, bcId: adAccount?.bcId ?? null });
  });
}
