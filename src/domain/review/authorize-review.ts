import { ask, refusal } from '../authorize.ts';
import type { Context, Question } from '../context.ts';

const REVIEW: Question = { action: 'review', resource: { type: 'policy_review', id: 'policy_review' } };

/** Lets only reviewers look behind decisions; that somebody may is no secret. @throws SparkgateError `forbidden` */
export async function authorizeReview(ctx: Context): Promise<void> {
  const verdict = await ask(ctx, REVIEW, null);
  if (!verdict.decision) throw refusal({ ...verdict, private: false });
}

/** Whether to show the way there. */
export async function mayReview(ctx: Context): Promise<boolean> {
  return (await ask(ctx, REVIEW, null)).decision;
}
