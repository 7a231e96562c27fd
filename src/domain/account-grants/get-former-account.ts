import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { Scope } from '../vocabulary.ts';

/** A TikTok account whose grant was revoked, as it was when the Business Center held it last. */
export interface FormerAccount {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  granted_at: string;
  revoked_at: string;
  /** Who revoked it, such as `user:adm`; null for grants that ended before that was recorded. */
  revoked_by: string | null;
}

const TEXT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         ${rfc3339('g.valid_to')} as revoked_at, g.ended_by as revoked_by
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.tiktok_account_id = $2 and g.valid_to is not null
  order by g.valid_to desc, g.id desc limit 1`;

/** R10: an account that the Business Center held once, for those who may see its history. */
export async function getFormerAccount(ctx: Context, bcId: string, tiktokAccountId: string): Promise<FormerAccount> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_account_history', resource, properties: { bc_id: bcId } }, null);
  const [row] = await queryIn(ctx.orm.em.fork())<FormerAccount>(TEXT, [bcId, tiktokAccountId]);
  if (!row) throw unseen();
  return row;
}
