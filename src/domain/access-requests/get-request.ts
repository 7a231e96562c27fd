import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { AccessRequest } from './entity.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** One access request of a Business Center, for its administrators. */
export async function getRequest(ctx: Context, bcId: string, id: string): Promise<AccessRequestView> {
  return viewOfRequest(await findRequest(ctx, bcId, id));
}

/** @throws SparkgateError `not_found` when there is none in this Business Center, or none that the actor may see. */
export async function findRequest(ctx: Context, bcId: string, id: string): Promise<AccessRequest> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const missing = new SparkgateError('not_found', 'There is no such access request in this Business Center.');
  if (!z.uuid().safeParse(id).success) throw missing;
  const request = await ctx.orm.em.fork().findOne(AccessRequest, { id, bcId });
  if (!request) throw missing;
  await authorize(ctx, { action: 'view', resource: { type: 'access_request', id } }, null);
  return request;
}
