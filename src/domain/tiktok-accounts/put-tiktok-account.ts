import { isDeepStrictEqual } from 'node:util';
import { AccountGrant } from '../account-grants/entity.ts';
import { inTrails } from '../audit/in-trails.ts';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { tiktokAccountGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { requiredWhenNew } from '../required-when-new.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { TiktokAccount } from './entity.ts';
import { profile, type Profile } from './profile.ts';
import type { TiktokAccountBody } from './schemas.ts';

/** Makes a TikTok account known, or changes what is known of it: what the body leaves out stays, null says unknown. */
export async function putTiktokAccount(ctx: Context, id: string, body: TiktokAccountBody): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return transact(ctx, { takes: [tiktokAccountGate(id)] }, async (tx) => {
    const known = await tx.em.findOne(TiktokAccount, { id });
    await requireMatch(ctx, tx.query, known?.version, {
      trail: { type: 'tiktok_account', id },
      events: ['tiktok_account.put'],
    });
    if (!known && body.handle === undefined) throw requiredWhenNew('handle');
    const before = known && profile(known);
    const after: Profile = { ...(before ?? NOTHING), ...named(body) };
    if (isDeepStrictEqual(before, after)) return { result: null, audit: 'unchanged' };
    const row = {
      handle: after.handle,
      displayName: after.display_name,
      adAuthorization: after.ad_authorization,
      showcase: after.showcase,
    };
    if (known) tx.em.assign(known, row);
    else tx.em.create(TiktokAccount, { id, ...row });
    const entry = { event: 'tiktok_account.put', subject: { type: 'tiktok_account', id }, before, after };
    return { result: null, audit: inTrails(entry, await holders(tx, id)) };
  });
}

const NOTHING: Profile = { handle: null, display_name: null, ad_authorization: null, showcase: null };

/** The fields that a body names. */
function named(body: TiktokAccountBody): Partial<Profile> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** The Business Centers that hold a grant on the account: what is known of it is shown to them. */
async function holders(tx: Tx, tiktokAccountId: string): Promise<string[]> {
  const grants = await tx.em.find(AccountGrant, { tiktokAccountId, validTo: null }, { orderBy: { bcId: 'asc' } });
  return grants.map((grant) => grant.bcId);
}
