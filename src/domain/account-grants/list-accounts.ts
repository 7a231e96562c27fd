import { ask, authorizeKey } from '../authorize.ts';
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
  where g.bc_id = $1 and g.valid_to is null and g.tiktok_account_id > $2
  order by g.tiktok_account_id limit $3`;

/** R4: the granted accounts of a Business Center that the actor may view, in the order of their ids. */
export async function listAccounts(ctx: Context, bcId: string, page: PageQuery): Promise<Page<GrantedAccount>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const query = queryIn(ctx.orm.em.fork());
  const items: GrantedAccount[] = [];
  let after = page.cursor ?? '';
  for (;;) {
    const rows = await query<GrantedAccount>(TEXT, [bcId, after, 200]);
    const viewable = await Promise.all(rows.map(async (row) => mayView(ctx, bcId, row.tiktok_account_id)));
    for (const [index, row] of rows.entries()) {
      if (!viewable[index]) continue;
      if (items.length === page.limit) return { items, next_cursor: cursorAfter(last(items).tiktok_account_id) };
      items.push(row);
    }
    if (rows.length < 200) return { items, next_cursor: null };
    after = last(rows).tiktok_account_id;
  }
}

async function mayView(ctx: Context, bcId: string, id: string): Promise<boolean> {
  const resource = { type: 'tiktok_account', id } as const;
  const { decision } = await ask(ctx, { action: 'view', resource, properties: { bc_id: bcId } }, null);
  return decision;
}

function last<Item>(items: readonly Item[]): Item {
  const item = items.at(-1);
  if (item === undefined) throw new Error('an empty list has no last item');
  return item;
}
