import type { EntityManager } from '@mikro-orm/postgresql';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { tokenHash } from '../access-requests/consent-token.ts';
import { AccessRequest } from '../access-requests/entity.ts';
import { SparkgateError } from '../errors.ts';
import { takeTurn } from '../rate.ts';

/** One answer for unknown, expired, used and cancelled, so that nobody can tell them apart. */
export function notAvailable(): SparkgateError {
  return new SparkgateError('consent_not_available', (say) => say.details.linkGone);
}

/**
 * The pending request behind a consent token, for as long as its Business Center is not asked about too often.
 * @throws SparkgateError `consent_not_available`, `rate_limited`
 */
export async function findPending(ctx: Context, em: EntityManager, token: string): Promise<AccessRequest> {
  const request = await em.findOne(AccessRequest, { tokenHash: tokenHash(token) });
  if (request?.statusNow !== 'PENDING') throw notAvailable();
  await requireInside(ctx, request);
  await takeTurn(ctx, 'consent', 'business_center', request.bcId);
  return request;
}

/** To a key that is confined to other Business Centers, the link is as unknown as any. */
async function requireInside(ctx: Context, { bcId }: AccessRequest): Promise<void> {
  await authorizeKey(ctx, 'act_as', [bcId]).catch((error: unknown) => {
    throw error instanceof SparkgateError && error.code === 'forbidden' ? notAvailable() : error;
  });
}
