import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { afterRowId, pageOf, type Page, type PageQuery } from '../page.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** The access requests of a Business Center, oldest first, for its administrators. */
export async function listRequests(ctx: Context, bcId: string, page: PageQuery): Promise<Page<AccessRequestView>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  const rows = await ctx.orm.em
    .fork()
    .find(AccessRequest, { bcId, ...afterRowId(page) }, { orderBy: { id: 'asc' }, limit: page.limit + 1 });
  return pageOf(rows, page.limit, (request) => request.id, viewOfRequest);
}
