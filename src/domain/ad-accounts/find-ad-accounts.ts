import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { queryIn } from '../transact.ts';
import type { AdvertiserRole } from '../vocabulary.ts';

/** An ad account of a Business Center, as its administrators see it. */
export interface AdAccountRow {
  advertiser_id: string;
  name: string;
  /** The role of whoever asks; null = none. */
  own_role: AdvertiserRole | null;
  /** How many users have a role in it. */
  users: number;
}

/** By the role of whoever asks, or those in which nobody has any. */
export const AD_ACCOUNT_FILTERS = ['OWN_ADMIN', 'OPERATOR', 'ANALYST', 'NONE'] as const;
export const AD_ACCOUNT_SORTS = ['name', 'users'] as const;
export type AdAccountQuery = ListQuery<(typeof AD_ACCOUNT_FILTERS)[number], (typeof AD_ACCOUNT_SORTS)[number]>;

const WHERE = `
  from ad_account c
  left join ad_account_member r on r.advertiser_id = c.advertiser_id and r.user_id = $4 and r.valid_to is null
  where c.bc_id = $1 and ${holdsText(['c.advertiser_id', 'c.name'], '$2')}
    and ($3::text is null or coalesce(r.advertiser_role, 'NONE') = $3)`;

const USERS = `(select count(*)::int from ad_account_member m
  where m.advertiser_id = c.advertiser_id and m.valid_to is null)`;

const ORDER: Readonly<Record<AdAccountQuery['sort'], string>> = {
  name: 'lower(c.name), c.advertiser_id',
  users: 'users desc, c.advertiser_id',
};

/** The ad accounts of a Business Center, for its administrators. */
export async function findAdAccounts(ctx: Context, bcId: string, find: AdAccountQuery): Promise<Listed<AdAccountRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const role = find.filter === 'OWN_ADMIN' ? 'ADMIN' : find.filter;
  const values = [bcId, find.text, role, ctx.actor.type === 'user' ? ctx.actor.id : null];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const items = await query<AdAccountRow>(
    `select c.advertiser_id, c.name, r.advertiser_role as own_role, ${USERS} as users ${WHERE}
      order by ${ORDER[find.sort]} limit $5 offset $6`,
    [...values, find.limit, rowsBefore(find)],
  );
  return { items, total: counted?.total ?? 0 };
}
