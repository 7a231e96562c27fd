import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { consentToken, consentUrl, tokenHash } from './consent-token.ts';
import { findRequest } from './get-request.ts';

/** The address that a request's QR code carries, while the request is pending. */
export async function getConsentUrl(ctx: Context, bcId: string, id: string): Promise<string> {
  const request = await findRequest(ctx, bcId, id);
  if (request.statusNow !== 'PENDING') {
    throw new SparkgateError('conflict', (say) => say.details.qrGone(request.statusNow));
  }
  const tokens = ctx.settings.secretKeys.map((secretKey) => consentToken(secretKey, request.id));
  const token = tokens.find((it) => tokenHash(it).equals(request.tokenHash));
  if (token === undefined) {
    throw new SparkgateError('conflict', (say) => say.details.qrOfOtherKey);
  }
  return consentUrl(ctx.settings.publicUrl, token);
}
