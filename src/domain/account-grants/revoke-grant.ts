import { endAssignments } from '../assignments/end-assignments.ts';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { grantGate, groundsOf } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { AccountGrant } from './entity.ts';
import { viewOfGrant, type GrantView } from './view.ts';

/** A revoked grant, and what its members' running ads ask for: we recommend a pause and never claim to have made one. */
export interface RevokedGrant extends GrantView {
  assignments_ended: number;
  obligations: [Obligation];
}

/** What a caller should do besides. */
export interface Obligation {
  code: 'PAUSE_RECOMMENDED';
}

export const PAUSE_RECOMMENDED: Obligation = { code: 'PAUSE_RECOMMENDED' };

/** R10: the owner, or any administrator of the grantee Business Center, revokes. Every assignment under it ends. */
export async function revokeGrant(ctx: Context, bcId: string, tiktokAccountId: string): Promise<Written<RevokedGrant>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  const question = { action: 'revoke_grant', resource, properties: { bc_id: bcId } };
  const gates = {
    takes: [grantGate(bcId, tiktokAccountId)],
    shares: groundsOf(ctx.actor, bcId, tiktokAccountId),
    allow: async (tx: Tx | null) => authorize(ctx, question, tx),
  };
  return transact(ctx, gates, async (tx) => {
    const current = await tx.em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'account_grant',
      key: { bc_id: bcId, tiktok_account_id: tiktokAccountId },
    });
    if (!current) throw unseen();
    // An import that is about to commit assignments under this grant holds the row until then; they end after it.
    const revoked = await tx.em.nativeUpdate(AccountGrant, { id: current.id, validTo: null }, closing(tx));
    if (revoked === 0) throw new SparkgateError('conflict', (say) => say.details.grantRevoked);
    const ended = await endAssignments(tx, { grantId: current.id });
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
