import { authorize } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { TiktokAccount } from './entity.ts';

/** What an account is called, as far as it is known here. */
export interface AccountNames {
  id: string;
  handle: string | null;
  displayName: string | null;
}

/** What the owner's own account is called. Whoever signed in for the first time may have an account unknown here yet. */
export async function getOwnAccount(ctx: Context, id: string): Promise<AccountNames> {
  try {
    await authorize(ctx, { action: 'view_grants', resource: { type: 'tiktok_account', id } }, null);
  } catch (error) {
    if (error instanceof SparkgateError && error.code === 'not_found') return { id, handle: null, displayName: null };
    throw error;
  }
  const account = await ctx.orm.em.fork().findOne(TiktokAccount, { id });
  return { id, handle: account?.handle ?? null, displayName: account?.displayName ?? null };
}
