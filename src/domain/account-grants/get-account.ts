import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rfc3339 } from '../sql.ts';
import type { Showcase } from '../tiktok-accounts/schemas.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { Scope } from '../vocabulary.ts';

/** A granted TikTok account with all that is known of it. */
export interface AccountDetails {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  granted_at: string;
  /** Who brought the grant about, such as `tiktok_account:brand`. */
  granted_by: string;
  /** The account's own ad authorization switch; null = unknown. */
  ad_authorization: boolean | null;
  showcase: Showcase | null;
}

const TEXT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         g.begun_by as granted_by, t.ad_authorization, t.showcase
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.tiktok_account_id = $2 and g.valid_to is null`;

/** R4: one granted account of a Business Center, for those who may view it. */
export async function getAccount(ctx: Context, bcId: string, tiktokAccountId: string): Promise<AccountDetails> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view', resource, properties: { bc_id: bcId } }, null);
  const [row] = await queryIn(ctx.orm.em.fork())<AccountDetails>(TEXT, [bcId, tiktokAccountId]);
  if (!row) throw unseen();
  return row;
}
