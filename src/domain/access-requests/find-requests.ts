import { sql } from '@mikro-orm/core';
import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** The access requests of a Business Center, newest first: all, or those that wait for an answer. For administrators. */
export async function findRequests(
  ctx: Context,
  bcId: string,
  which: 'all' | 'pending',
  page: PageQuery,
): Promise<Page<AccessRequestView>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  const before = z.uuid().safeParse(page.cursor).data;
  const pending = which === 'pending' ? ({ status: 'PENDING', expiresAt: { $gt: sql.now(3) } } as const) : {};
  const rows = await ctx.orm.em
    .fork()
    .find(
      AccessRequest,
      { bcId, ...pending, ...(before !== undefined && { id: { $lt: before } }) },
      { orderBy: { id: 'desc' }, limit: page.limit + 1 },
    );
  return pageOf(rows, page.limit, (request) => request.id, viewOfRequest);
}
