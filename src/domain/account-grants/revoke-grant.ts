import { endAssignments } from '../assignments/end-assignments.ts';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { closing } from '../open-close.ts';
import { transact, type Written } from '../transact.ts';
import { AccountGrant } from './entity.ts';
import { viewOfGrant, type GrantView } from './view.ts';

/** A revoked grant, and what its members' running ads ask for: we recommend a pause and never claim to have made one. */
export interface RevokedGrant extends GrantView {
  assignments_ended: number;
  obligations: [Obligation];
}

export interface Obligation {
  code: 'PAUSE_RECOMMENDED';
  message: string;
}

export const PAUSE_RECOMMENDED: Obligation = {
  code: 'PAUSE_RECOMMENDED',
  message: 'The account grant was revoked: pause Spark Ads that are running with this TikTok account.',
};

/** R10: the owner, or any administrator of the grantee Business Center, revokes. Every assignment under it ends. */
export async function revokeGrant(ctx: Context, bcId: string, tiktokAccountId: string): Promise<Written<RevokedGrant>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  return transact(ctx, async (tx) => {
    const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
    await authorize(ctx, { action: 'revoke_grant', resource, properties: { bc_id: bcId } }, tx);
    const current = await tx.em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
    if (!current) throw new SparkgateError('not_found', 'This Business Center holds no grant on this TikTok account.');
    const ended = await endAssignments(tx, { grantId: current.id });
    const revoked = await tx.em.nativeUpdate(AccountGrant, { id: current.id, validTo: null }, closing(tx));
    if (revoked === 0) throw new SparkgateError('conflict', 'This account grant has just been revoked.');
    const before = { scopes: current.scopes };
    return {
      result: {
        ...viewOfGrant({ ...current, validTo: tx.at }),
        assignments_ended: ended.length,
        obligations: [PAUSE_RECOMMENDED],
      },
      audit: [{ event: 'account_grant.revoked', subject: resource, bcId, before }, ...ended],
    };
  });
}
