import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { AssignmentView } from './assign.ts';
import { Assignment } from './entity.ts';

/** Who may use a granted account, by user, for administrators of the Business Center. */
export async function listAssignments(
  ctx: Context,
  bcId: string,
  tiktokAccountId: string,
  page: PageQuery,
): Promise<Page<AssignmentView>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  const rows = await ctx.orm.em
    .fork()
    .find(
      Assignment,
      { bcId, tiktokAccountId, validTo: null, userId: { $gt: page.cursor ?? '' } },
      { orderBy: { userId: 'asc' }, limit: page.limit + 1 },
    );
  return pageOf(
    rows,
    page.limit,
    (row) => row.userId,
    (row) => ({ bc_id: bcId, tiktok_account_id: tiktokAccountId, user_id: row.userId, scopes: row.scopes }),
  );
}
