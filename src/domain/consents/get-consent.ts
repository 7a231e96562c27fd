import { AccountGrant } from '../account-grants/entity.ts';
import { authorize } from '../authorize.ts';
import { BusinessCenter } from '../business-centers/entity.ts';
import type { Context } from '../context.ts';
import { sortedSet, type Scope } from '../vocabulary.ts';
import { findPending, requireInside } from './find-pending.ts';
import { signedInAccount } from './signed-in-account.ts';

/** What a TikTok account's owner is asked, and by whom. */
export interface ConsentView {
  business_center: { bc_id: string; name: string };
  requested_by: string;
  /** The scopes asked for. */
  scopes: Scope[];
  /** What the Business Center will hold after approval: the scopes asked for, and those that it already holds. */
  resulting_scopes: Scope[];
  /** Compare it with the code beside the QR code. */
  code: string;
  expires_at: string;
  /** The TikTok account that is signed in, and would be granted. */
  signed_in_as: string;
  /** A grant does not expire: it holds until one of these revokes it. */
  grant_expires_at: null;
  revocable_by: ['the owner of the TikTok account', 'any administrator of the Business Center'];
}

/** Shows what is asked. Looking never grants anything. */
export async function getConsent(ctx: Context, token: string): Promise<ConsentView> {
  const em = ctx.orm.em.fork();
  const request = await findPending(em, token);
  await requireInside(ctx, request);
  await authorize(ctx, { action: 'view_consent', resource: { type: 'access_request', id: request.id } }, null);
  const tiktokAccountId = signedInAccount(ctx);
  const [businessCenter, held] = await Promise.all([
    em.findOneOrFail(BusinessCenter, { bcId: request.bcId }),
    ctx.orm.em.fork().findOne(AccountGrant, { bcId: request.bcId, tiktokAccountId, validTo: null }),
  ]);
  return {
    business_center: { bc_id: request.bcId, name: businessCenter.name },
    requested_by: request.requestedBy,
    scopes: request.scopes,
    resulting_scopes: sortedSet([...request.scopes, ...(held?.scopes ?? [])]),
    code: request.code,
    expires_at: request.expiresAt.toISOString(),
    signed_in_as: tiktokAccountId,
    grant_expires_at: null,
    revocable_by: ['the owner of the TikTok account', 'any administrator of the Business Center'],
  };
}
