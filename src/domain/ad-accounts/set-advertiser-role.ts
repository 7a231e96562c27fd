import { authorize, authorizeKey } from '../authorize.ts';
import { Member } from '../business-centers/entity.ts';
import type { Context } from '../context.ts';
import { adAccountGate, groundsOf, memberGate, roleGate } from '../gates.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { AdvertiserRole } from '../vocabulary.ts';
import { AdAccount } from './entity.ts';
import { endRole, giveRole } from './roles.ts';

/** Which role in which ad account of a Business Center; null takes it away. */
export interface Role {
  bcId: string;
  advertiserId: string;
  userId: string;
  role: AdvertiserRole | null;
}

/**
 * An administrator gives a member a role in an ad account of the Business Center, changes it, or takes it from whoever
 * has it. @throws SparkgateError `not_found` for an ad account elsewhere, or a role for somebody who is no member
 */
export async function setAdvertiserRole(ctx: Context, asked: Role): Promise<Written<null>> {
  const { bcId, advertiserId, userId, role } = asked;
  await authorizeKey(ctx, 'act_as', [bcId]);
  const question = { action: 'set_advertiser_role', resource: { type: 'business_center', id: bcId } } as const;
  const gates = {
    takes: [roleGate(advertiserId, userId)],
    shares: [adAccountGate(advertiserId), memberGate(bcId, userId), ...groundsOf(ctx.actor, bcId)],
    allow: async (tx: Tx | null) => authorize(ctx, question, tx),
  };
  return transact(ctx, gates, async (tx) => {
    const adAccount = await tx.em.findOne(AdAccount, { advertiserId, bcId });
    if (!adAccount) throw unseen();
    if (role === null) return endRole(ctx, tx, { advertiserId, userId, bcId });
    if (!(await tx.em.findOne(Member, { bcId, userId, validTo: null }))) throw unseen();
    return giveRole(ctx, tx, { advertiserId, userId, bcId }, role);
  });
}
