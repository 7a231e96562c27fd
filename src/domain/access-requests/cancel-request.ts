import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { groundsOf, requestGate } from '../gates.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** An administrator of the asking Business Center takes a pending request back. */
export async function cancelRequest(ctx: Context, bcId: string, id: string): Promise<Written<AccessRequestView>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const allow = async (tx: Tx | null): Promise<void> => {
    await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, tx);
    const em = tx?.em ?? ctx.orm.em.fork();
    const known = z.uuid().safeParse(id).success && (await em.count(AccessRequest, { id, bcId })) === 1;
    if (!known) throw unseen();
    await authorize(ctx, { action: 'cancel', resource: { type: 'access_request', id } }, tx);
  };
  const gates = { takes: [requestGate(id)], shares: groundsOf(ctx.actor, bcId), allow };
  return transact(ctx, gates, async (tx) => {
    const cancelled = await tx.em.nativeUpdate(
      AccessRequest,
      { id, bcId, status: 'PENDING' },
      { status: 'CANCELLED', closedAt: tx.at, closedBy: tx.by, lastWrite: tx.id },
    );
    if (cancelled === 0) throw new SparkgateError('conflict', (say) => say.details.requestClosed);
    const request = await tx.em.findOneOrFail(AccessRequest, { id });
    const subject = { type: 'access_request', id };
    return { result: viewOfRequest(request), audit: [{ event: 'access_request.cancelled', subject, bcId }] };
  });
}
