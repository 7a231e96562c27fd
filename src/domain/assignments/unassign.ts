import { authorize, authorizeKey } from '../authorize.ts';
import type { Context, Question } from '../context.ts';
import { assignmentGate, groundsOf, memberGate } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Audit, type Tx, type Written } from '../transact.ts';
import type { AssignmentView } from './assign.ts';
import { Assignment } from './entity.ts';

type Which = Omit<AssignmentView, 'scopes'>;

/** R3: an administrator takes an assigned account from a member. */
export async function unassign(
  ctx: Context,
  { bcId, tiktokAccountId, userId }: { bcId: string; tiktokAccountId: string; userId: string },
): Promise<Written<null>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const which = { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId };
  const gates = {
    takes: [assignmentGate(bcId, tiktokAccountId, userId)],
    shares: [...groundsOf(ctx.actor, bcId, tiktokAccountId), memberGate(bcId, userId)],
    allow: async (tx: Tx | null) => authorize(ctx, questionOfUnassigning(which), tx),
  };
  return transact(ctx, gates, async (tx) => {
    const [audit] = await unassignIn(ctx, tx, which);
    return { result: null, audit: audit ? [audit] : 'unchanged' };
  });
}

/** What is asked of the policies before an account is taken from a member. */
export function questionOfUnassigning({ bc_id, tiktok_account_id: id, user_id }: Which): Question {
  return { action: 'unassign_member', resource: { type: 'tiktok_account', id }, properties: { bc_id, user_id } };
}

/** The same inside a write that is under way and allowed: its step for the trail, or none where nothing is assigned. */
export async function unassignIn(ctx: Context, tx: Tx, which: Which): Promise<[] | [Audit]> {
  const { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId } = which;
  const current = await tx.em.findOne(Assignment, { bcId, tiktokAccountId, userId, validTo: null });
  await requireMatch(ctx, tx.query, current?.id, {
    rows: 'assignment',
    key: { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId },
  });
  if (!current) return [];
  await tx.em.nativeUpdate(Assignment, { id: current.id, validTo: null }, closing(tx));
  const before = { tiktok_account_id: tiktokAccountId, scopes: current.scopes };
  return [{ event: 'assignment.ended', subject: { type: 'user', id: userId }, bcId, before }];
}
