import { AccessRequest } from '../access-requests/entity.ts';
import { openGrant } from '../account-grants/open-grant.ts';
import { viewOfGrant, type GrantView } from '../account-grants/view.ts';
import { actorName, type Context } from '../context.ts';
import { takeTurn } from '../rate.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { gatesOfAnswer } from './authorize-answer.ts';
import { findPending, notAvailable } from './find-pending.ts';
import { signedInAccount } from './signed-in-account.ts';

/** R2: the owner grants exactly what was asked. The token is used up in the transaction that makes the grant. */
export async function approve(ctx: Context, token: string): Promise<Written<GrantView>> {
  await takeTurn(ctx, 'consent', 'account', actorName(ctx.actor));
  const request = await findPending(ctx, ctx.orm.em.fork(), token);
  return transact(ctx, gatesOfAnswer(ctx, request, 'approve'), async (tx) => {
    const tiktokAccountId = signedInAccount(ctx);
    await useUp(tx, request.id, tiktokAccountId);
    await makeKnown(tx, tiktokAccountId);
    const { bcId, scopes } = request;
    const opened = await openGrant(tx, { bcId, tiktokAccountId, scopes, accessRequestId: request.id });
    const subject = { type: 'access_request', id: request.id };
    const after = { tiktok_account_id: tiktokAccountId, scopes };
    return {
      result: viewOfGrant(opened.grant),
      audit: [{ event: 'access_request.approved', subject, bcId, after }, ...opened.audit],
    };
  });
}

async function useUp(tx: Tx, id: string, tiktokAccountId: string): Promise<void> {
  const approved = await tx.em.nativeUpdate(
    AccessRequest,
    { id, status: 'PENDING', expiresAt: { $gt: tx.at } },
    { status: 'APPROVED', tiktokAccountId, closedAt: tx.at, closedBy: tx.by, lastWrite: tx.id },
  );
  if (approved === 0) throw notAvailable();
}

/** An account that signs in here for the first time becomes known by its id alone. */
async function makeKnown(tx: Tx, id: string): Promise<void> {
  await tx.query('insert into tiktok_account (id) values ($1) on conflict (id) do nothing', [id]);
}
