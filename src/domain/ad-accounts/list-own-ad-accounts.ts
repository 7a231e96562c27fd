import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { queryIn } from '../transact.ts';
import type { OwnAdAccount } from './find-own-ad-accounts.ts';

/** By the own role, or by where they belong. */
export const OWN_AD_ACCOUNT_FILTERS = ['OWN_ADMIN', 'OPERATOR', 'ANALYST', 'HERE', 'ELSEWHERE'] as const;
export const OWN_AD_ACCOUNT_SORTS = ['name', 'since'] as const;
export type OwnAdAccountQuery = ListQuery<
  (typeof OWN_AD_ACCOUNT_FILTERS)[number],
  (typeof OWN_AD_ACCOUNT_SORTS)[number]
>;

const WHERE = `
  from ad_account_member r join ad_account c on c.advertiser_id = r.advertiser_id
  where r.user_id = $4 and r.valid_to is null and ${holdsText(['c.advertiser_id', 'c.name'], '$2')}
    and case $3 when 'HERE' then c.bc_id is not distinct from $1 when 'ELSEWHERE' then c.bc_id is distinct from $1
        else $3::text is null or r.advertiser_role = $3 end`;

const ORDER: Readonly<Record<OwnAdAccountQuery['sort'], string>> = {
  name: 'lower(c.name), c.advertiser_id',
  since: 'r.valid_from desc, c.advertiser_id',
};

/** The ad accounts in which a member of a Business Center has a role, there or elsewhere, counted and sorted. */
export async function listOwnAdAccounts(
  ctx: Context,
  bcId: string,
  find: OwnAdAccountQuery,
): Promise<Listed<OwnAdAccount>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_own_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const filter = find.filter === 'OWN_ADMIN' ? 'ADMIN' : find.filter;
  const values = [bcId, find.text, filter, ctx.actor.type === 'user' ? ctx.actor.id : null];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const items = await query<OwnAdAccount>(
    `select c.advertiser_id, c.name, r.advertiser_role, c.bc_id is not distinct from $1 as of_this_center ${WHERE}
      order by ${ORDER[find.sort]} limit $5 offset $6`,
    [...values, find.limit, rowsBefore(find)],
  );
  return { items, total: counted?.total ?? 0 };
}
