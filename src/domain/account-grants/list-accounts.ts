import { authorizeKey, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import { cursorAfter, type Page, type PageQuery } from '../page.ts';
import { queryIn } from '../transact.ts';
import { readGrants } from './read-grants.ts';
import { GRANTED_ACCOUNT, type GrantedAccount } from './granted-account.ts';

const TEXT = `${GRANTED_ACCOUNT} and g.tiktok_account_id = any($2) order by g.tiktok_account_id`;

/**
 * The granted accounts of a Business Center, by id: R4, those that the actor may view; for a key that calls for itself,
 * all of them.
 */
export async function listAccounts(ctx: Context, bcId: string, page: PageQuery): Promise<Page<GrantedAccount>> {
  if (isKeyAlone(ctx)) return readGrants(ctx, bcId, page);
  await authorizeKey(ctx, 'act_as', [bcId]);
  const { ids, next } = await ctx.authorizer.resources(
    ctx.actor,
    { action: 'view', type: 'tiktok_account', properties: { bc_id: bcId } },
    { after: page.cursor ?? '', limit: page.limit },
    ctx.key?.bcIds ?? null,
  );
  const items = await queryIn(ctx.orm.em.fork())<GrantedAccount>(TEXT, [bcId, ids]);
  return { items, next_cursor: next === null ? null : cursorAfter(next) };
}
