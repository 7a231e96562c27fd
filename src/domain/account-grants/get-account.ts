import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rfc3339 } from '../sql.ts';
import type { Showcase } from '../tiktok-accounts/schemas.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { userIdOf } from './find-accounts.ts';
import type { Scope } from '../vocabulary.ts';

/** A granted TikTok account with all that is known of it. */
export interface AccountDetails {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  /** What of these the actor is assigned; null for those who see the assignments of all. */
  own_scopes: Scope[] | null;
  granted_at: string;
  /** Who brought the grant about, such as `tiktok_account:brand`. */
  granted_by: string;
  /** The account's own ad authorization switch; null = unknown. */
  ad_authorization: boolean | null;
  showcase: Showcase | null;
}

const TEXT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         g.begun_by as granted_by, t.ad_authorization, t.showcase,
         array(select unnest(g.scopes) intersect select unnest(a.scopes) from assignment a
                where a.grant_id = g.id and a.user_id = $3 and a.valid_to is null order by 1) as own_scopes
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.tiktok_account_id = $2 and g.valid_to is null`;

/** R4: one granted account of a Business Center, for those who may view it. */
export async function getAccount(ctx: Context, bcId: string, tiktokAccountId: string): Promise<AccountDetails> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view', resource, properties: { bc_id: bcId } }, null);
  const [row] = await queryIn(ctx.orm.em.fork())<AccountDetails>(TEXT, [bcId, tiktokAccountId, userIdOf(ctx)]);
  if (!row) throw unseen();
  const seesAll = await ask(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  return { ...row, own_scopes: seesAll.decision ? null : row.own_scopes };
}
