import { ask, authorize } from '../authorize.ts';
import type { Context, Question } from '../context.ts';

const REVIEW: Question = { action: 'review', resource: { type: 'policy_review', id: 'policy_review' } };

/** Lets only reviewers look behind decisions. @throws SparkgateError `forbidden` */
export async function authorizeReview(ctx: Context): Promise<void> {
  await authorize(ctx, REVIEW, null);
}

/** Whether to show the way there. */
export async function mayReview(ctx: Context): Promise<boolean> {
  return (await ask(ctx, REVIEW, null)).decision;
}
