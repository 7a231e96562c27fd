import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import { AdAccount } from './entity.ts';

/** An ad account as it is stored; `bc_id` null = it belongs to no Business Center. */
export interface AdAccountView {
  advertiser_id: string;
  name: string;
  bc_id: string | null;
}

/** One ad account. @throws SparkgateError `not_found` for one that is not known, or out of the key's sight */
export async function readAdAccount(ctx: Context, advertiserId: string): Promise<Tagged<AdAccountView>> {
  const known = await ctx.orm.em.fork().findOne(AdAccount, { advertiserId });
  await authorizeReading(ctx, [known?.bcId ?? null]);
  if (!known) throw unseen();
  return { fact: view(known), tag: known.version };
}

/** The ad accounts, by id: of a confined key, those of its Business Centers. */
export async function readAdAccounts(ctx: Context, page: PageQuery): Promise<Page<AdAccountView>> {
  await authorizeReading(ctx, []);
  const within = ctx.key?.bcIds;
  const rows = await ctx.orm.em
    .fork()
    .find(
      AdAccount,
      { advertiserId: { $gt: page.cursor ?? '' }, ...(within && { bcId: { $in: [...within] } }) },
      { orderBy: { advertiserId: 'asc' }, limit: page.limit + 1 },
    );
  await authorizeReading(
    ctx,
    rows.map((row) => row.bcId ?? null),
  );
  return pageOf(rows, page.limit, (row) => row.advertiserId, view);
}

function view({ advertiserId, name, bcId }: AdAccount): AdAccountView {
  return { advertiser_id: advertiserId, name, bc_id: bcId ?? null };
}
