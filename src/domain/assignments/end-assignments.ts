import { closing } from '../open-close.ts';
import type { Audit, Tx } from '../transact.ts';
import { Assignment } from './entity.ts';

/** Ends every current assignment that matches: all of a grant's, or all of a member's in a Business Center. */
export async function endAssignments(
  tx: Tx,
  which: { grantId: string } | { bcId: string; userId: string },
): Promise<Audit[]> {
  const current = await tx.em.find(Assignment, { ...which, validTo: null });
  if (current.length === 0) return [];
  await tx.em.nativeUpdate(Assignment, { ...which, validTo: null }, closing(tx));
  return current.map((assignment) => ({
    event: 'assignment.ended',
    subject: { type: 'user', id: assignment.userId },
    bcId: assignment.bcId,
    before: { tiktok_account_id: assignment.tiktokAccountId, scopes: assignment.scopes },
  }));
}
