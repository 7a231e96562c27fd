import { authorizeReading } from '../authorize.ts';
import { BusinessCenter } from '../business-centers/entity.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { GRANTED_ACCOUNT, type GrantedAccount } from './granted-account.ts';

const TEXT = `${GRANTED_ACCOUNT} and g.tiktok_account_id > $2 order by g.tiktok_account_id limit $3`;

/** The grants that a Business Center holds as they are stored, by account. @throws SparkgateError `not_found` */
export async function readGrants(ctx: Context, bcId: string, page: PageQuery): Promise<Page<GrantedAccount>> {
  await authorizeReading(ctx, [bcId]);
  const em = ctx.orm.em.fork();
  if (!(await em.findOne(BusinessCenter, { bcId }))) throw unseen();
  const rows = await queryIn(em)<GrantedAccount>(TEXT, [bcId, page.cursor ?? '', page.limit + 1]);
  return pageOf(
    rows,
    page.limit,
    (row) => row.tiktok_account_id,
    (row) => row,
  );
}
