import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { cursorAfter, type Page, type PageQuery } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** A TikTok account that a Business Center holds a grant on. */
export interface GrantedAccount {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  granted_at: string;
}

const TEXT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.valid_to is null and g.tiktok_account_id = any($2)
  order by g.tiktok_account_id`;

/** R4: the granted accounts of a Business Center that the actor may view, in the order of their ids. */
export async function listAccounts(ctx: Context, bcId: string, page: PageQuery): Promise<Page<GrantedAccount>> {
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
