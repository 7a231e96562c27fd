import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type CountedPage } from '../page.ts';
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

const WHERE = `from ad_account c where c.bc_id = $1 and ${holdsText(['c.advertiser_id', 'c.name'], '$2')}`;

const TEXT = `
  select c.advertiser_id, c.name,
         (select r.advertiser_role from ad_account_member r
           where r.advertiser_id = c.advertiser_id and r.user_id = $5 and r.valid_to is null) as own_role,
         (select count(*)::int from ad_account_member r
           where r.advertiser_id = c.advertiser_id and r.valid_to is null) as users
  ${WHERE} and c.advertiser_id > $3
  order by c.advertiser_id limit $4`;

/** The ad accounts of a Business Center, by id, for its administrators. */
export async function findAdAccounts(ctx: Context, bcId: string, find: FindQuery): Promise<CountedPage<AdAccountRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const userId = ctx.actor.type === 'user' ? ctx.actor.id : null;
  const query = queryIn(ctx.orm.em.fork());
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, [bcId, find.text]);
  const rows = await query<AdAccountRow>(TEXT, [bcId, find.text, find.cursor ?? '', find.limit + 1, userId]);
  const page = pageOf(
    rows,
    find.limit,
    (row) => row.advertiser_id,
    (row) => row,
  );
  return { ...page, total: counted?.total ?? 0 };
}
