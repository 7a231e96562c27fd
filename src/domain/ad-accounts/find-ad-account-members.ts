import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { AdvertiserRole } from '../vocabulary.ts';

/** Who has a role in an ad account. */
export interface AdAccountMemberRow {
  user_id: string;
  advertiser_role: AdvertiserRole;
  since: string;
  /** Whether the user is a member of the Business Center, too. */
  is_member: boolean;
}

/** An ad account of a Business Center with a page of those who have a role in it. */
export interface AdAccountMembers extends Listed<AdAccountMemberRow> {
  name: string;
}

const AD_ACCOUNT = 'select name from ad_account where bc_id = $1 and advertiser_id = $2';

const WHERE = `
  from ad_account_member r left join user_profile u on u.id = r.user_id
  where r.advertiser_id = $1 and r.valid_to is null and ($2::text is null or r.advertiser_role = $2)
    and ${holdsText(['r.user_id', 'u.display_name', 'u.email'], '$3')} and ($4::text is null or r.user_id = $4)`;

const ROWS = `
  select r.user_id, r.advertiser_role, ${rfc3339('r.valid_from')} as since,
         exists (select from member m where m.bc_id = $7 and m.user_id = r.user_id and m.valid_to is null) as is_member
  ${WHERE}
  order by lower(coalesce(u.display_name, r.user_id)), r.user_id limit $5 offset $6`;

/**
 * Who has which role in an ad account, by name, for administrators of the Business Center that it belongs to.
 * @param role null = any; of `find`, `userId` names one user. @throws SparkgateError `not_found` for an ad account of no or of another Business Center
 */
export async function findAdAccountMembers(
  ctx: Context,
  { bcId, advertiserId, role }: { bcId: string; advertiserId: string; role: AdvertiserRole | null },
  find: { text: string | null; page: number; limit: number; userId?: string },
): Promise<AdAccountMembers> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const [adAccount] = await query<{ name: string }>(AD_ACCOUNT, [bcId, advertiserId]);
  if (!adAccount) throw unseen();
  const values = [advertiserId, role, find.text, find.userId ?? null];
  const [[counted], items] = await Promise.all([
    query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values),
    query<AdAccountMemberRow>(ROWS, [...values, find.limit, rowsBefore(find), bcId]),
  ]);
  return { items, name: adAccount.name, total: counted?.total ?? 0 };
}
