import { voidRequests } from '../access-requests/void-requests.ts';
import { endAssignments } from '../assignments/end-assignments.ts';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { businessCenterGate, groundsOf, memberGate } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Outcome, type Tx, type Written } from '../transact.ts';
import { Member } from './entity.ts';

/** Removes a member, who loses every assignment in that Business Center; their pending requests become VOID. */
export async function removeMember(ctx: Context, bcId: string, userId: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [bcId]);
  return transact(ctx, { takes: [memberGate(bcId, userId)] }, async (tx) => endMembership(ctx, tx, bcId, userId));
}

/** The same by an administrator of the Business Center, of their own accord. */
export async function dismissMember(ctx: Context, bcId: string, userId: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const question = { action: 'remove_member', resource: { type: 'business_center', id: bcId } } as const;
  const gates = {
    takes: [memberGate(bcId, userId)],
    shares: [businessCenterGate(bcId), ...groundsOf(ctx.actor, bcId)],
    allow: async (tx: Tx | null) => authorize(ctx, question, tx),
  };
  return transact(ctx, gates, async (tx) => endMembership(ctx, tx, bcId, userId));
}

async function endMembership(ctx: Context, tx: Tx, bcId: string, userId: string): Promise<Outcome<null>> {
  const current = await tx.em.findOne(Member, { bcId, userId, validTo: null });
  await requireMatch(ctx, tx.query, current?.id, { rows: 'member', key: { bc_id: bcId, user_id: userId } });
  if (!current) return { result: null, audit: 'unchanged' };
  // An import that is about to commit assignments of this member holds the row until then; they end after it.
  await tx.em.nativeUpdate(Member, { id: current.id, validTo: null }, closing(tx));
  const ended = await endAssignments(tx, { bcId, userId });
  const voided = await voidRequests(tx, bcId, userId);
  const before = { user_role: current.userRole };
  const subject = { type: 'user', id: userId };
  return { result: null, audit: [{ event: 'member.removed', subject, bcId, before }, ...ended, ...voided] };
}
