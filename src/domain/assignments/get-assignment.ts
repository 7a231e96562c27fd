import { authorize, authorizeKey, authorizeReading, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import type { AssignmentView } from './assign.ts';
import { findAssignment } from './read-assignments.ts';

/**
 * What one member is assigned of a granted account: for administrators of the Business Center, or for a key that calls
 * for itself. @throws SparkgateError `not_found`
 */
export async function getAssignment(
  ctx: Context,
  { bcId, tiktokAccountId, userId }: { bcId: string; tiktokAccountId: string; userId: string },
): Promise<Tagged<AssignmentView>> {
  if (isKeyAlone(ctx)) await authorizeReading(ctx, [bcId]);
  else {
    await authorizeKey(ctx, 'act_as', [bcId]);
    const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
    await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
    const properties = { bc_id: bcId, user_id: userId };
    await authorize(ctx, { action: 'view_assignments', resource, properties }, null);
  }
  const found = await findAssignment(ctx, { bc_id: bcId, tiktok_account_id: tiktokAccountId }, userId);
  if (!found) throw unseen();
  const { id, ...fact } = found;
  return { fact, tag: id };
}
