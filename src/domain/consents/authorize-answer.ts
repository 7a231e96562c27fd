import type { AccessRequest } from '../access-requests/entity.ts';
import { ask, refusal } from '../authorize.ts';
import type { Context } from '../context.ts';
import { businessCenterGate, grantGate, memberGate, requestGate, tiktokAccountGate } from '../gates.ts';
import type { Gates, Tx } from '../transact.ts';
import { notAvailable } from './find-pending.ts';

/** What an answer to a request passes; only the request's owner may give one (R2). */
export function gatesOfAnswer(
  ctx: Context,
  { id, bcId, requestedBy }: Pick<AccessRequest, 'id' | 'bcId' | 'requestedBy'>,
  action: 'approve' | 'decline',
): Gates {
  const account = ctx.actor.type === 'tiktok_account' ? ctx.actor.id : null;
  return {
    takes: [requestGate(id), ...(action === 'approve' && account !== null ? [grantGate(bcId, account)] : [])],
    // Whoever asked has to be an administrator still.
    shares: [
      businessCenterGate(bcId),
      memberGate(bcId, requestedBy),
      ...(account === null ? [] : [tiktokAccountGate(account)]),
    ],
    allow: async (tx) => authorizeAnswer(ctx, tx, id, action),
  };
}

async function authorizeAnswer(ctx: Context, tx: Tx | null, id: string, action: 'approve' | 'decline'): Promise<void> {
  const verdict = await ask(ctx, { action, resource: { type: 'access_request', id } }, tx);
  if (verdict.decision) return;
  const gone = verdict.reasons.some((reason) => reason.code === 'REQUEST_NOT_PENDING');
  throw gone ? notAvailable() : refusal({ ...verdict, private: false });
}
