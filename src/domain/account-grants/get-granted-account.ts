import { authorize, authorizeKey, authorizeReading, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { AccountGrant } from './entity.ts';
import type { GrantedAccount } from './granted-account.ts';

/**
 * One account that a Business Center holds: R4, for those who may view it; or for a key that calls for itself.
 * @throws SparkgateError `not_found`
 */
export async function getGrantedAccount(
  ctx: Context,
  bcId: string,
  tiktokAccountId: string,
): Promise<Tagged<GrantedAccount>> {
  if (isKeyAlone(ctx)) await authorizeReading(ctx, [bcId]);
  else {
    await authorizeKey(ctx, 'act_as', [bcId]);
    const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
    await authorize(ctx, { action: 'view', resource, properties: { bc_id: bcId } }, null);
  }
  const em = ctx.orm.em.fork();
  const grant = await em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
  const account = await em.findOne(TiktokAccount, { id: tiktokAccountId });
  if (!grant || !account) throw unseen();
  const fact = {
    tiktok_account_id: tiktokAccountId,
    handle: account.handle ?? null,
    display_name: account.displayName ?? null,
    scopes: grant.scopes,
    granted_at: grant.validFrom.toISOString(),
  };
  return { fact, tag: grant.id };
}
