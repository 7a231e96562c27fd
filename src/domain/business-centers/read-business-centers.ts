import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import { BusinessCenter } from './entity.ts';

/** A Business Center as it is stored. */
export interface BusinessCenterView {
  bc_id: string;
  name: string;
}

/** One Business Center. @throws SparkgateError `not_found` for one that is not known, or out of the key's sight */
export async function readBusinessCenter(ctx: Context, bcId: string): Promise<Tagged<BusinessCenterView>> {
  await authorizeReading(ctx, [bcId]);
  const center = await ctx.orm.em.fork().findOne(BusinessCenter, { bcId });
  if (!center) throw unseen();
  return { fact: view(center), tag: center.version };
}

/** The Business Centers, by id: of a confined key, those that it is confined to. */
export async function readBusinessCenters(ctx: Context, page: PageQuery): Promise<Page<BusinessCenterView>> {
  await authorizeReading(ctx, []);
  const within = ctx.key?.bcIds;
  const rows = await ctx.orm.em
    .fork()
    .find(
      BusinessCenter,
      { bcId: { $gt: page.cursor ?? '', ...(within && { $in: [...within] }) } },
      { orderBy: { bcId: 'asc' }, limit: page.limit + 1 },
    );
  await authorizeReading(
    ctx,
    rows.map((row) => row.bcId),
  );
  return pageOf(rows, page.limit, (row) => row.bcId, view);
}

function view({ bcId, name }: BusinessCenter): BusinessCenterView {
  return { bc_id: bcId, name };
}
