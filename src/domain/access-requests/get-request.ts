import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { unseen } from '../unseen.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** One access request of a Business Center, for its administrators. */
export async function getRequest(ctx: Context, bcId: string, id: string): Promise<AccessRequestView> {
  return viewOfRequest(await findRequest(ctx, bcId, id));
}

/**
 * Not by `view` on the request: that is the owner's too, and a request that names no account is open to any owner who
 * holds its link, while its id opens nothing. @throws SparkgateError `not_found` when there is none in this Business Center
 */
export async function findRequest(ctx: Context, bcId: string, id: string): Promise<AccessRequest> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  if (!z.uuid().safeParse(id).success) throw unseen();
  const request = await ctx.orm.em.fork().findOne(AccessRequest, { id, bcId });
  if (!request) throw unseen();
  return request;
}
