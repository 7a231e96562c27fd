import { authorize, authorizeKey } from '../authorize.ts';
import { actorName, type Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { groundsOf, pendingGate } from '../gates.ts';
import { takeTurn } from '../rate.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { consentToken, consentUrl, matchingCode, tokenHash } from './consent-token.ts';
import { AccessRequest } from './entity.ts';
import type { AccessRequestBody } from './schemas.ts';
import { fullFor } from './room-for-account.ts';
import { viewOfRequest, type AccessRequestView } from './view.ts';

/** An access request with the address for its QR code, which is told this once. */
export interface CreatedRequest extends AccessRequestView {
  consent_url: string;
}

/** All of it but the address, which holds a secret. */
export function withoutUrl(created: CreatedRequest): AccessRequestView {
  const { consent_url: _, ...view } = created;
  return view;
}

/** R1: an administrator asks for a TikTok account with chosen scopes. */
export async function createRequest(
  ctx: Context,
  bcId: string,
  body: AccessRequestBody,
): Promise<Written<CreatedRequest>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await takeTurn(ctx, 'access_request', 'account', actorName(ctx.actor));
  const resource = { type: 'business_center', id: bcId } as const;
  const question = { action: 'request_account_access', resource, properties: { scopes: body.scopes } };
  const gates = {
    takes: [pendingGate(bcId)],
    shares: groundsOf(ctx.actor, bcId),
    allow: async (tx: Tx | null) => authorize(ctx, question, tx),
  };
  return transact(ctx, gates, async (tx) => {
    await takeTurn(ctx, 'access_request', 'business_center', bcId);
    await requirePlace(ctx, tx, bcId);
    await requireRoom(tx, bcId, body.tiktok_account_id ?? null);
    const { request, token } = await insertRequest(ctx, tx, bcId, body);
    const shown = viewOfRequest(request);
    const { code: _, ...after } = shown;
    return {
      result: { ...shown, consent_url: consentUrl(ctx.settings.publicUrl, token) },
      audit: [{ event: 'access_request.created', subject: { type: 'access_request', id: request.id }, bcId, after }],
    };
  });
}

/** What no owner could approve is not asked for. Whoever answers a request for no account in particular may be held already. */
async function requireRoom(tx: Tx, bcId: string, tiktokAccountId: string | null): Promise<void> {
  const most = tiktokAccountId === null ? null : await fullFor(tx.query, bcId, tiktokAccountId);
  if (most !== null) throw new SparkgateError('limit_reached', (say) => say.details.accountsFull(most));
}

async function requirePlace(ctx: Context, tx: Tx, bcId: string): Promise<void> {
  const pending = await tx.em.count(AccessRequest, { bcId, status: 'PENDING', expiresAt: { $gt: tx.at } });
  const most = ctx.settings.pendingRequestsPerBusinessCenter;
  if (pending < most) return;
  throw new SparkgateError('limit_reached', (say) => say.details.requestsFull(most));
}

async function insertRequest(
  ctx: Context,
  tx: Tx,
  bcId: string,
  body: AccessRequestBody,
): Promise<{ request: AccessRequest; token: string }> {
  const [row] = await tx.query<{ id: string }>('select uuidv7() as id', []);
  if (!row) throw new Error('uuidv7() gave no row');
  const token = consentToken(ctx.settings.secretKeys[0], row.id);
  const expiresIn = body.expires_in ?? ctx.settings.requestExpiresIn;
  await tx.em.insert(AccessRequest, {
    id: row.id,
    bcId,
    tiktokAccountId: body.tiktok_account_id ?? null,
    scopes: body.scopes,
    status: 'PENDING',
    requestedBy: ctx.actor.type === 'user' ? ctx.actor.id : actorName(ctx.actor),
    tokenHash: tokenHash(token),
    code: matchingCode(),
    note: body.note ?? null,
    createdAt: tx.at,
    expiresAt: new Date(tx.at.getTime() + expiresIn * 1000),
    lastWrite: tx.id,
  });
  return { request: await tx.em.findOneOrFail(AccessRequest, { id: row.id }), token };
}
