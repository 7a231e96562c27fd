import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { assignmentGate, groundsOf, memberGate } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { Assignment } from './entity.ts';

/** R3: an administrator takes an assigned account from a member. */
export async function unassign(
  ctx: Context,
  which: { bcId: string; tiktokAccountId: string; userId: string },
): Promise<Written<null>> {
  const { bcId, tiktokAccountId, userId } = which;
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  const question = { action: 'unassign_member', resource, properties: { bc_id: bcId, user_id: userId } };
  const gates = {
    takes: [assignmentGate(bcId, tiktokAccountId, userId)],
    shares: [...groundsOf(ctx.actor, bcId, tiktokAccountId), memberGate(bcId, userId)],
    allow: async (tx: Tx | null) => authorize(ctx, question, tx),
  };
  return transact(ctx, gates, async (tx) => {
    const current = await tx.em.findOne(Assignment, { bcId, tiktokAccountId, userId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'assignment',
      key: { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId },
    });
    if (!current) return { result: null, audit: 'unchanged' };
    await tx.em.nativeUpdate(Assignment, { id: current.id, validTo: null }, closing(tx));
    const before = { tiktok_account_id: tiktokAccountId, scopes: current.scopes };
    const subject = { type: 'user', id: userId };
    return { result: null, audit: [{ event: 'assignment.ended', subject, bcId, before }] };
  });
}
