import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { afterRowId, type Page, type PageQuery } from '../page.ts';
import { visiblePage } from '../visible-page.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** The access requests of a Business Center, oldest first, for its administrators. */
export async function listRequests(ctx: Context, bcId: string, page: PageQuery): Promise<Page<AccessRequestView>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  const em = ctx.orm.em.fork();
  const { items, next_cursor } = await visiblePage(ctx, page, {
    rows: async (after, limit) =>
      em.find(
        AccessRequest,
        { bcId, ...(after !== null && afterRowId({ limit, cursor: after })) },
        { orderBy: { id: 'asc' }, limit },
      ),
    key: (request) => request.id,
    question: ({ id }) => ({ action: 'view', resource: { type: 'access_request', id } }),
  });
  return { items: items.map((request) => viewOfRequest(request)), next_cursor };
}
