import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { transact, type Audit, type Written } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';
import { assignIn, type AssignmentView } from './assign.ts';

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
  return transact(ctx, async (tx) => {
    const views: AssignmentView[] = [];
    const steps: Audit[] = [];
    for (const userId of new Set(userIds)) {
      const view = { bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: userId, scopes };
      steps.push(...(await assignIn(ctx, tx, view)));
      views.push(view);
    }
    const [first, ...rest] = steps;
    return first ? { result: views, audit: [first, ...rest] } : { result: views, audit: 'unchanged' };
  });
}
