import { ask } from '../authorize.ts';
import type { Context } from '../context.ts';

/** Whether somebody may look behind decisions. That only some may is no secret. */
export async function mayReview(ctx: Context): Promise<boolean> {
  const question = { action: 'review', resource: { type: 'policy_review', id: 'policy_review' } } as const;
  return (await ask(ctx, question, null)).decision;
}
