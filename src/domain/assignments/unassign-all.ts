import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { groundsOf, memberGate } from '../gates.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { endAssignments } from './end-assignments.ts';
import { Assignment } from './entity.ts';

/**
 * R3: an administrator takes from a member everything that they are assigned in a Business Center: all of it, or nothing.
 * @returns how many assignments ended
 */
export async function unassignAll(
  ctx: Context,
  { bcId, userId }: { bcId: string; userId: string },
): Promise<Written<number>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  // Whoever assigns something shares the member's gate.
  const gates = {
    takes: [memberGate(bcId, userId)],
    shares: groundsOf(ctx.actor, bcId),
    allow: async (tx: Tx | null) => authorizeEach(ctx, tx, { bcId, userId }),
  };
  return transact(ctx, gates, async (tx) => {
    const [first, ...rest] = await endAssignments(tx, { bcId, userId });
    if (!first) return { result: 0, audit: 'unchanged' };
    return { result: rest.length + 1, audit: [first, ...rest] };
  });
}

async function authorizeEach(ctx: Context, tx: Tx | null, which: { bcId: string; userId: string }): Promise<void> {
  const em = tx?.em ?? ctx.orm.em.fork();
  const { bcId, userId } = which;
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, tx);
  const held = await em.find(Assignment, { ...which, validTo: null });
  await Promise.all(
    held.map(async ({ tiktokAccountId: id }) => {
      const properties = { bc_id: bcId, user_id: userId };
      return authorize(ctx, { action: 'unassign_member', resource: { type: 'tiktok_account', id }, properties }, tx);
    }),
  );
}
