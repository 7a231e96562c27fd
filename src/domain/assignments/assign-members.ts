import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { transact, type Audit, type Written } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';
import { assignIn, gatesOf, type AssignmentView } from './assign.ts';

/** Whom an account is assigned to, and with which scopes: the same for all. */
export interface Assigning {
  bcId: string;
  tiktokAccountId: string;
  userIds: readonly string[];
  scopes: Scope[];
}

/** R3: an administrator assigns a granted account to several members at once: to all of them, or to none. */
export async function assignMembers(ctx: Context, assigning: Assigning): Promise<Written<AssignmentView[]>> {
  const { bcId, tiktokAccountId, userIds, scopes } = assigning;
  await authorizeKey(ctx, 'act_as', [bcId]);
  const members = [...new Set(userIds)].toSorted();
  const views = members.map((userId) => ({
    bc_id: bcId,
    tiktok_account_id: tiktokAccountId,
    user_id: userId,
    scopes,
  }));
  return transact(ctx, gatesOf(ctx, views), async (tx) => {
    const steps: Audit[] = [];
    for (const view of views) steps.push(...(await assignIn(ctx, tx, view)));
    const [first, ...rest] = steps;
    return first ? { result: views, audit: [first, ...rest] } : { result: views, audit: 'unchanged' };
  });
}
