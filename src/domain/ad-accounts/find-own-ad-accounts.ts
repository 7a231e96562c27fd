import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type Page } from '../page.ts';
import { queryIn } from '../transact.ts';
import type { AdvertiserRole } from '../vocabulary.ts';

/** An ad account in which the user has a role. */
export interface OwnAdAccount {
  advertiser_id: string;
  name: string;
  advertiser_role: AdvertiserRole;
  /** Whether it belongs to the Business Center that was asked about; Spark Ads may run in any. */
  of_this_center: boolean;
}

const TEXT = `
  select c.advertiser_id, c.name, r.advertiser_role, c.bc_id is not distinct from $1 as of_this_center
  from ad_account_member r join ad_account c on c.advertiser_id = r.advertiser_id
  where r.user_id = $5 and r.valid_to is null and r.advertiser_id > $2
    and ${holdsText(['c.advertiser_id', 'c.name'], '$3')}
  order by r.advertiser_id limit $4`;

/** The ad accounts in which a member of a Business Center has a role, there or elsewhere, by id. */
export async function findOwnAdAccounts(ctx: Context, bcId: string, find: FindQuery): Promise<Page<OwnAdAccount>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_own_ad_accounts', resource: { type: 'business_center', id: bcId } }, null);
  const userId = ctx.actor.type === 'user' ? ctx.actor.id : null;
  const values = [bcId, find.cursor ?? '', find.text, find.limit + 1, userId];
  const rows = await queryIn(ctx.orm.em.fork())<OwnAdAccount>(TEXT, values);
  return pageOf(
    rows,
    find.limit,
    (row) => row.advertiser_id,
    (row) => row,
  );
}
