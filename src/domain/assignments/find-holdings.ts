import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type CountedPage } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** A TikTok account that a member is assigned, and at which level. */
export interface Holding {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  since: string;
  /** Who assigned it, such as `user:adm`. */
  by: string;
}

const WHERE = `
  from assignment a join tiktok_account t on t.id = a.tiktok_account_id
  where a.bc_id = $1 and a.user_id = $2 and a.valid_to is null and ${holdsText(['t.id', 't.handle', 't.display_name'], '$3')}`;

const TEXT = `
  select a.tiktok_account_id, t.handle, t.display_name, a.scopes, ${rfc3339('a.valid_from')} as since, a.begun_by as by
  ${WHERE} and a.tiktok_account_id > $4 order by a.tiktok_account_id limit $5`;

/** What a member holds of a Business Center, by account, for its administrators: of accounts whose members they may see. */
export async function findHoldings(
  ctx: Context,
  { bcId, userId }: { bcId: string; userId: string },
  find: FindQuery,
): Promise<CountedPage<Holding>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const values = [bcId, userId, find.text];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const rows = await query<Holding>(TEXT, [...values, find.cursor ?? '', find.limit + 1]);
  const page = pageOf(
    rows,
    find.limit,
    (row) => row.tiktok_account_id,
    (row) => row,
  );
  const seen = await Promise.all(
    page.items.map(async ({ tiktok_account_id: id }) => {
      const properties = { bc_id: bcId };
      return ask(ctx, { action: 'view_assignments', resource: { type: 'tiktok_account', id }, properties }, null);
    }),
  );
  const items = page.items.filter((_, index) => seen[index]?.decision === true);
  return { ...page, items, total: counted?.total ?? 0 };
}
