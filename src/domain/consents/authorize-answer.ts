import type { AccessRequest } from '../access-requests/entity.ts';
import { ask, refusal } from '../authorize.ts';
import type { Context } from '../context.ts';
import type { Tx } from '../transact.ts';
import { findPending, notAvailable } from './find-pending.ts';

/** Finds the pending request behind a token and lets only its owner answer it (R2). */
export async function authorizeAnswer(
  ctx: Context,
  tx: Tx,
  token: string,
  action: 'approve' | 'decline',
): Promise<AccessRequest> {
  const request = await findPending(ctx, tx.em, token);
  const verdict = await ask(ctx, { action, resource: { type: 'access_request', id: request.id } }, tx);
  if (verdict.decision) return request;
  const gone = verdict.reasons.some((reason) => reason.code === 'REQUEST_NOT_PENDING');
  throw gone ? notAvailable() : refusal({ ...verdict, private: false });
}
