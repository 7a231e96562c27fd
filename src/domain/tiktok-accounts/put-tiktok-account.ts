import { isDeepStrictEqual } from 'node:util';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { transact, type Written } from '../transact.ts';
import { TiktokAccount } from './entity.ts';
import type { TiktokAccountBody } from './schemas.ts';

/** Makes a TikTok account known, or replaces what is known of it. What the body leaves out becomes unknown. */
export async function putTiktokAccount(ctx: Context, id: string, body: TiktokAccountBody): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return transact(ctx, async (tx) => {
    const known = await tx.em.findOne(TiktokAccount, { id });
    const before = known && profile(known);
    const after = {
      handle: body.handle,
      display_name: body.display_name ?? null,
      ad_authorization: body.ad_authorization ?? null,
      showcase: body.showcase ?? null,
    };
    if (isDeepStrictEqual(before, after)) return { result: null, audit: 'unchanged' };
    const row = {
      handle: after.handle,
      displayName: after.display_name,
      adAuthorization: after.ad_authorization,
      showcase: after.showcase,
    };
    if (known) tx.em.assign(known, row);
    else tx.em.create(TiktokAccount, { id, ...row });
    const subject = { type: 'tiktok_account', id };
    return { result: null, audit: [{ event: 'tiktok_account.put', subject, before, after }] };
  });
}

function profile(account: TiktokAccount): {
  handle: string | null;
  display_name: string | null;
  ad_authorization: boolean | null;
  showcase: TiktokAccount['showcase'];
} {
  return {
    handle: account.handle ?? null,
    display_name: account.displayName ?? null,
    ad_authorization: account.adAuthorization ?? null,
    showcase: account.showcase ?? null,
  };
}
