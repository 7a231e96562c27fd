import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { OWNER_GRANT, type OwnerGrant } from './list-owner-grants.ts';

/** The current grant of one Business Center on an account, for the account's owner. @throws SparkgateError `not_found` */
export async function getOwnerGrant(ctx: Context, tiktokAccountId: string, bcId: string): Promise<OwnerGrant> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_grants', resource: { type: 'tiktok_account', id: tiktokAccountId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const [grant] = await query<OwnerGrant>(`${OWNER_GRANT} and g.bc_id = $2`, [tiktokAccountId, bcId]);
  if (!grant) throw unseen();
  return grant;
}
