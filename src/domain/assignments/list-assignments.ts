import { authorize, authorizeKey, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import type { Page, PageQuery } from '../page.ts';
import { visiblePage } from '../visible-page.ts';
import type { AssignmentView } from './assign.ts';
import { Assignment } from './entity.ts';
import { readAssignments } from './read-assignments.ts';

/**
 * Who may use a granted account, by user: for administrators of the Business Center, or for a key that calls for itself.
 */
export async function listAssignments(
  ctx: Context,
  bcId: string,
  tiktokAccountId: string,
  page: PageQuery,
): Promise<Page<AssignmentView>> {
  if (isKeyAlone(ctx)) return readAssignments(ctx, { bc_id: bcId, tiktok_account_id: tiktokAccountId }, page);
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  const em = ctx.orm.em.fork();
  const { items, next_cursor } = await visiblePage(ctx, page, {
    rows: async (after, limit) =>
      em.find(
        Assignment,
        { bcId, tiktokAccountId, validTo: null, userId: { $gt: after ?? '' } },
        { orderBy: { userId: 'asc' }, limit },
      ),
    key: (row) => row.userId,
    question: ({ userId }) => ({
      action: 'view_assignments',
      resource,
      properties: { bc_id: bcId, user_id: userId },
    }),
  });
  return {
    items: items.map(({ userId, scopes }) => ({
      bc_id: bcId,
      tiktok_account_id: tiktokAccountId,
      user_id: userId,
      scopes,
    })),
    next_cursor,
  };
}
