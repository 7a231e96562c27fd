import { closing } from '../open-close.ts';
import type { Audit, Tx } from '../transact.ts';
import { AdAccountMember } from './entity.ts';

/** Ends every role in an ad account that leaves its Business Center, in the trail of which this is. */
export async function endRoles(tx: Tx, advertiserId: string, bcId: string): Promise<Audit[]> {
  const current = await tx.em.find(AdAccountMember, { advertiserId, validTo: null });
  if (current.length === 0) return [];
  await tx.em.nativeUpdate(AdAccountMember, { advertiserId, validTo: null }, closing(tx));
  return current.map(({ userId, advertiserRole }) => ({
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: userId },
    bcId,
    before: { advertiser_id: advertiserId, advertiser_role: advertiserRole },
  }));
}
