import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { consentToken, consentUrl, tokenHash } from './consent-token.ts';
import type { CreatedRequest } from './create-request.ts';
import { AccessRequest } from './entity.ts';
import { findRequest } from './get-request.ts';
import type { AccessRequestView } from './view.ts';

/** The address that a request's QR code carries, while the request is pending. */
export async function getConsentUrl(ctx: Context, bcId: string, id: string): Promise<string> {
  const request = await findRequest(ctx, bcId, id);
  if (request.statusNow !== 'PENDING') {
    throw new SparkgateError('conflict', (say) => say.details.qrGone(request.statusNow));
  }
  return consentUrlOf(ctx, request);
}

/** A request that was just made, told once more as it was told then. */
export async function withConsentUrl(ctx: Context, view: AccessRequestView): Promise<CreatedRequest> {
  const request = await ctx.orm.em.fork().findOneOrFail(AccessRequest, { id: view.id });
  return { ...view, consent_url: consentUrlOf(ctx, request) };
}

/** @throws SparkgateError `conflict` for a request that was made under another secret key */
function consentUrlOf({ settings }: Context, request: AccessRequest): string {
  const tokens = settings.secretKeys.map((secretKey) => consentToken(secretKey, request.id));
  const token = tokens.find((it) => tokenHash(it).equals(request.tokenHash));
  if (token === undefined) throw new SparkgateError('conflict', (say) => say.details.qrOfOtherKey);
  return consentUrl(settings.publicUrl, token);
}
