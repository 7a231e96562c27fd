import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context, Query } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type Page } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** A granted TikTok account in a list. */
export interface AccountRow {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  granted_at: string;
  /** How many members may use it; null where the actor may not know. */
  members: number | null;
}

const TEXT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         (select count(*)::int from assignment a where a.grant_id = g.id and a.valid_to is null) as members
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.valid_to is null and g.tiktok_account_id > $2
    and ${holdsText(['t.id', 't.handle', 't.display_name'], '$3')}
  order by g.tiktok_account_id limit $4`;

/** Rows of one statement. */
const CHUNK = 50;

/** R4: the granted accounts that the actor may view and that hold a text, by id. */
export async function findAccounts(ctx: Context, bcId: string, find: FindQuery): Promise<Page<AccountRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const found: AccountRow[] = [];
  let after = find.cursor ?? '';
  while (found.length <= find.limit) {
    const { rows, visible } = await nextChunk(ctx, query, { bcId, after, text: find.text });
    found.push(...visible);
    const last = rows.at(-1);
    if (!last || rows.length < CHUNK) break;
    after = last.tiktok_account_id;
  }
  return pageOf(
    found,
    find.limit,
    (row) => row.tiktok_account_id,
    (row) => row,
  );
}

async function nextChunk(
  ctx: Context,
  query: Query,
  { bcId, after, text }: { bcId: string; after: string; text: string | null },
): Promise<{ rows: AccountRow[]; visible: AccountRow[] }> {
  const rows = await query<AccountRow>(TEXT, [bcId, after, text, CHUNK]);
  const may = async (action: string): Promise<boolean[]> =>
    Promise.all(
      rows.map(async ({ tiktok_account_id: id }) => {
        const question = { action, resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
        return (await ask(ctx, question, null)).decision;
      }),
    );
  const [view, count] = await Promise.all([may('view'), may('view_assignments')]);
  const visible = rows.flatMap((row, index) =>
    view[index] === true ? [{ ...row, members: count[index] === true ? row.members : null }] : [],
  );
  return { rows, visible };
}
