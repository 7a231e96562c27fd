import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type CountedPage, type PageQuery } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { AdvertiserRole } from '../vocabulary.ts';

/** A role that a user has in an ad account. */
export interface MemberRole {
  advertiser_id: string;
  name: string;
  advertiser_role: AdvertiserRole;
  since: string;
  /** Who gave it, such as `user:adm`. */
  by: string;
}

const WHERE = `
  from ad_account_member r join ad_account c on c.advertiser_id = r.advertiser_id and c.bc_id = $1
  where r.user_id = $2 and r.valid_to is null`;

const TEXT = `
  select r.advertiser_id, c.name, r.advertiser_role, ${rfc3339('r.valid_from')} as since, r.begun_by as by
  ${WHERE} and r.advertiser_id > $3 order by r.advertiser_id limit $4`;

/** A user's roles in the ad accounts of a Business Center, for its administrators. Those elsewhere are not theirs to see. */
export async function findMemberRoles(
  ctx: Context,
  { bcId, userId }: { bcId: string; userId: string },
  page: PageQuery,
): Promise<CountedPage<MemberRole>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, [bcId, userId]);
  const rows = await query<MemberRole>(TEXT, [bcId, userId, page.cursor ?? '', page.limit + 1]);
  const found = pageOf(
    rows,
    page.limit,
    (row) => row.advertiser_id,
    (row) => row,
  );
  return { ...found, total: counted?.total ?? 0 };
}
