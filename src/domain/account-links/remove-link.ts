import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { linkGate } from '../gates.ts';
import { closing } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { AccountLink } from './entity.ts';

/** Ends the link between a TikTok account and a user. */
export async function removeLink(ctx: Context, tiktokAccountId: string, userId: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return transact(ctx, { takes: [linkGate(tiktokAccountId, userId)] }, async (tx) => {
    const current = await tx.em.findOne(AccountLink, { tiktokAccountId, userId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'account_link',
      key: { tiktok_account_id: tiktokAccountId, user_id: userId },
    });
    if (!current) return { result: null, audit: 'unchanged' };
    await tx.em.nativeUpdate(AccountLink, { id: current.id, validTo: null }, closing(tx));
    const before = { tiktok_account_id: tiktokAccountId, scopes: current.scopes };
    return {
      result: null,
      audit: [{ event: 'account_link.removed', subject: { type: 'user', id: userId }, before }],
    };
  });
}
