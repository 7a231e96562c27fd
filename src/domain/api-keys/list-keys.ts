import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { afterRowId, pageOf, type Page, type PageQuery } from '../page.ts';
import { ApiKey } from './entity.ts';
import { viewOfKey, type ApiKeyView } from './view.ts';

/** All API keys, oldest first, revoked ones too. */
export async function listKeys(ctx: Context, page: PageQuery): Promise<Page<ApiKeyView>> {
  await authorizeKey(ctx, 'manage_api_keys', []);
  const rows = await ctx.orm.em
    .fork()
    .find(ApiKey, afterRowId(page), { orderBy: { id: 'asc' }, limit: page.limit + 1 });
  return pageOf(rows, page.limit, (key) => key.id, viewOfKey);
}
