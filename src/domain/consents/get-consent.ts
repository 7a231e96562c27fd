import { AccountGrant } from '../account-grants/entity.ts';
import { authorize } from '../authorize.ts';
import { BusinessCenter } from '../business-centers/entity.ts';
import { actorName, type Context } from '../context.ts';
import { takeTurn } from '../rate.ts';
import { sortedSet, type Scope } from '../vocabulary.ts';
import { getOwnAccount } from '../tiktok-accounts/get-own-account.ts';
import { findPending } from './find-pending.ts';
import { noteOpened } from './note-opened.ts';
import { signedInAccount } from './signed-in-account.ts';

/** What a TikTok account's owner is asked, and by whom. */
export interface ConsentView {
  business_center: { bc_id: string; name: string };
  requested_by: string;
  /** The scopes asked for. */
  scopes: Scope[];
  /** What the Business Center already holds of the account that is signed in. */
  held_scopes: Scope[];
  /** What the Business Center will hold after approval: the scopes asked for, and those that it already holds. */
  resulting_scopes: Scope[];
  /** Compare it with the code beside the QR code. */
  code: string;
  expires_at: string;
  /** The TikTok account that is signed in, and would be granted. */
  signed_in_as: string;
  /** Its handle, where it is known here, and to the caller. */
  handle: string | null;
  /** A grant does not expire: it holds until one of these revokes it. */
  grant_expires_at: null;
  revocable_by: ['the owner of the TikTok account', 'any administrator of the Business Center'];
}

/**
 * Shows what is asked, and notes who looked. Looking never grants anything.
 * @param looked whether somebody does look, and not a program on its own account
 */
export async function getConsent(ctx: Context, token: string, looked = true): Promise<ConsentView> {
  await takeTurn(ctx, 'consent', 'account', actorName(ctx.actor));
  const em = ctx.orm.em.fork();
  const request = await findPending(ctx, em, token);
  await authorize(ctx, { action: 'view_consent', resource: { type: 'access_request', id: request.id } }, null);
  const tiktokAccountId = signedInAccount(ctx);
  if (looked) await noteOpened(ctx, request);
  const [businessCenter, held, account] = await Promise.all([
    em.findOneOrFail(BusinessCenter, { bcId: request.bcId }),
    ctx.orm.em.fork().findOne(AccountGrant, { bcId: request.bcId, tiktokAccountId, validTo: null }),
    getOwnAccount(ctx, tiktokAccountId),
  ]);
  const heldScopes = held?.scopes ?? [];
  return {
    business_center: { bc_id: request.bcId, name: businessCenter.name },
    requested_by: request.requestedBy,
    scopes: request.scopes,
    held_scopes: heldScopes,
    resulting_scopes: sortedSet([...request.scopes, ...heldScopes]),
    code: request.code,
    expires_at: request.expiresAt.toISOString(),
    signed_in_as: tiktokAccountId,
    handle: account.handle,
    grant_expires_at: null,
    revocable_by: ['the owner of the TikTok account', 'any administrator of the Business Center'],
  };
}
