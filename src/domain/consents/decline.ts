import { AccessRequest } from '../access-requests/entity.ts';
import { actorName, type Context } from '../context.ts';
import { takeTurn } from '../rate.ts';
import { transact, type Written } from '../transact.ts';
import { gatesOfAnswer } from './authorize-answer.ts';
import { findPending, notAvailable } from './find-pending.ts';

/** R2: the owner declines. The link is used up. */
export async function decline(ctx: Context, token: string): Promise<Written<{ status: 'DECLINED' }>> {
  await takeTurn(ctx, 'consent', 'account', actorName(ctx.actor));
  const request = await findPending(ctx, ctx.orm.em.fork(), token);
  const { id, bcId } = request;
  return transact(ctx, gatesOfAnswer(ctx, request, 'decline'), async (tx) => {
    const declined = await tx.em.nativeUpdate(
      AccessRequest,
      { id, status: 'PENDING', expiresAt: { $gt: tx.at } },
      { status: 'DECLINED', closedAt: tx.at, closedBy: tx.by, lastWrite: tx.id },
    );
    if (declined === 0) throw notAvailable();
    const subject = { type: 'access_request', id };
    return { result: { status: 'DECLINED' }, audit: [{ event: 'access_request.declined', subject, bcId }] };
  });
}
