import { authorize, authorizeKey } from '../authorize.ts';
import type { Context, Question } from '../context.ts';
import { assignmentGate, groundsOf, memberGate } from '../gates.ts';
import { inSlices } from '../in-slices.ts';
import { transact, type Audit, type Gates, type Tx, type Written } from '../transact.ts';
import { assignIn, questionOfAssigning, type AssignmentView } from './assign.ts';
import { questionOfUnassigning, unassignIn } from './unassign.ts';

/**
 * R3: what members hold of accounts from now on, all of it or nothing: each with its scopes, none meaning that it is
 * taken. Each of them is asked of the policies. @returns how many assignments became other than they were
 */
export async function changeAssignments(
  ctx: Context,
  bcId: string,
  changes: readonly Omit<AssignmentView, 'bc_id'>[],
): Promise<Written<number>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const views = changes.map((it) => ({ ...it, bc_id: bcId }));
  return transact(ctx, gatesOf(ctx, views), async (tx) => {
    const steps: Audit[] = [];
    for (const view of views) {
      steps.push(...(view.scopes.length === 0 ? await unassignIn(ctx, tx, view) : await assignIn(ctx, tx, view)));
    }
    const [first, ...rest] = steps;
    return { result: steps.length, audit: first ? [first, ...rest] : 'unchanged' };
  });
}

/** What such a write passes, as those of one assignment do. */
function gatesOf(ctx: Context, views: readonly AssignmentView[]): Gates {
  return {
    takes: views.map((it) => assignmentGate(it.bc_id, it.tiktok_account_id, it.user_id)),
    shares: views.flatMap((it) => [
      ...groundsOf(ctx.actor, it.bc_id, it.tiktok_account_id),
      memberGate(it.bc_id, it.user_id),
    ]),
    allow: async (tx: Tx | null) => {
      await inSlices(views, async (view) => authorize(ctx, questionOf(view), tx));
    },
  };
}

function questionOf(view: AssignmentView): Question {
  return view.scopes.length === 0 ? questionOfUnassigning(view) : questionOfAssigning(view);
}
