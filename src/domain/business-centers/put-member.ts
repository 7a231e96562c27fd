import type { z } from 'zod';
import { voidRequests } from '../access-requests/void-requests.ts';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { memberGate } from '../gates.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { Member } from './entity.ts';
import { requireBusinessCenter } from './require-business-center.ts';
import type { MemberBody } from './schemas.ts';

/** Makes a user a member of a Business Center, or changes their role. A demoted requester's pending requests become VOID. */
export async function putMember(
  ctx: Context,
  bcId: string,
  userId: string,
  { user_role: userRole }: z.infer<typeof MemberBody>,
): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [bcId]);
  return transact(ctx, { takes: [memberGate(bcId, userId)] }, async (tx) => {
    const [, current] = await Promise.all([
      requireBusinessCenter(tx, bcId),
      tx.em.findOne(Member, { bcId, userId, validTo: null }),
    ]);
    await requireMatch(ctx, tx.query, current?.id, { rows: 'member', key: { bc_id: bcId, user_id: userId } });
    if (current?.userRole === userRole) return { result: null, audit: 'unchanged' };
    if (current) await tx.em.nativeUpdate(Member, { id: current.id, validTo: null }, closing(tx));
    // The membership stays the same one while its role changes.
    const same = current && { membershipId: current.membershipId };
    await tx.em.insert(Member, { bcId, userId, userRole, ...same, ...opening(tx) });
    const voided = current && userRole !== 'ADMIN' ? await voidRequests(tx, bcId, userId) : [];
    const before = current && { user_role: current.userRole };
    const subject = { type: 'user', id: userId };
    return {
      result: null,
      audit: [{ event: 'member.put', subject, bcId, before, after: { user_role: userRole } }, ...voided],
    };
  });
}
