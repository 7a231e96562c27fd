import { isDeepStrictEqual } from 'node:util';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { linkGate } from '../gates.ts';
import { closing, opening } from '../open-close.ts';
import { requireMatch } from '../precondition.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { transact, type Written } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';
import { AccountLink } from './entity.ts';

/** Links a TikTok account to one TikTok for Business user, or changes what the link carries. */
export async function putLink(
  ctx: Context,
  tiktokAccountId: string,
  userId: string,
  { scopes }: { scopes: Scope[] },
): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return transact(ctx, { takes: [linkGate(tiktokAccountId, userId)] }, async (tx) => {
    if (!(await tx.em.findOne(TiktokAccount, { id: tiktokAccountId }))) {
      throw new SparkgateError('not_found', (say) => say.details.noTiktokAccount(tiktokAccountId));
    }
    const current = await tx.em.findOne(AccountLink, { tiktokAccountId, userId, validTo: null });
    await requireMatch(ctx, tx.query, current?.id, {
      rows: 'account_link',
      key: { tiktok_account_id: tiktokAccountId, user_id: userId },
    });
    if (isDeepStrictEqual(current?.scopes, scopes)) return { result: null, audit: 'unchanged' };
    if (current) await tx.em.nativeUpdate(AccountLink, { id: current.id, validTo: null }, closing(tx));
    await tx.em.insert(AccountLink, { tiktokAccountId, userId, scopes, ...opening(tx) });
    const before = current && { tiktok_account_id: tiktokAccountId, scopes: current.scopes };
    const after = { tiktok_account_id: tiktokAccountId, scopes };
    return {
      result: null,
      audit: [{ event: 'account_link.put', subject: { type: 'user', id: userId }, before, after }],
    };
  });
}
