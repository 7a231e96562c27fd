import { authorize, authorizeKey, authorizeReading, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import type { Tagged } from '../tagged.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { AccountGrant } from './entity.ts';
import { OWNER_GRANT, type OwnerGrant } from './list-owner-grants.ts';

/**
 * The current grant of one Business Center on an account: for the account's owner, or for a key that calls for itself.
 * @throws SparkgateError `not_found`
 */
export async function getOwnerGrant(ctx: Context, tiktokAccountId: string, bcId: string): Promise<Tagged<OwnerGrant>> {
  if (isKeyAlone(ctx)) await authorizeReading(ctx, [bcId]);
  else {
    await authorizeKey(ctx, 'act_as', [bcId]);
    await authorize(ctx, { action: 'view_grants', resource: { type: 'tiktok_account', id: tiktokAccountId } }, null);
  }
  const em = ctx.orm.em.fork();
  const current = await em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
  if (!current) throw unseen();
  const [fact] = await queryIn(em)<OwnerGrant>(`${OWNER_GRANT} and g.id = $2`, [tiktokAccountId, current.id]);
  if (!fact) throw unseen();
  return { fact, tag: current.id };
}
