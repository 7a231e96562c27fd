import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';
import type { AdvertiserRole } from '../vocabulary.ts';
import type { OwnAdAccount } from './find-own-ad-accounts.ts';

/** The ad accounts in which a user has one and the same role. */
export interface OwnRole {
  advertiser_role: AdvertiserRole;
  ad_accounts: number;
  /** The first of them by id, at least one. */
  first: OwnAdAccount[];
}

/** Ad accounts of a role that are told by name. */
const NAMED = 5;

const TEXT = `
  select advertiser_id, name, advertiser_role, of_this_center, ad_accounts
  from (
    select c.advertiser_id, c.name, r.advertiser_role, c.bc_id is not distinct from $1 as of_this_center,
           count(*) over (partition by r.advertiser_role)::int as ad_accounts,
           row_number() over (partition by r.advertiser_role order by r.advertiser_id) as place
    from ad_account_member r join ad_account c on c.advertiser_id = r.advertiser_id
    where r.user_id = $2 and r.valid_to is null
  ) as own
  where place <= $3
  order by advertiser_role, place`;

/** All ad accounts of a member of a Business Center, there or elsewhere, counted by the member's role in them. */
export async function listOwnRoles(ctx: Context, bcId: string): Promise<OwnRole[]> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_own_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const userId = ctx.actor.type === 'user' ? ctx.actor.id : null;
  const rows = await queryIn(ctx.orm.em.fork())<OwnAdAccount & { ad_accounts: number }>(TEXT, [bcId, userId, NAMED]);
  const roles = new Map<AdvertiserRole, OwnRole>();
  for (const { ad_accounts, ...row } of rows) {
    const { advertiser_role: role } = row;
    const known = roles.get(role) ?? { advertiser_role: role, ad_accounts, first: [] };
    known.first.push(row);
    roles.set(role, known);
  }
  return [...roles.values()];
}
