import { authorize, authorizeKey } from '../authorize.ts';
import type { Context, Query } from '../context.ts';
import { queryIn } from '../transact.ts';

/** $1 Business Center, $2 the account that it asks for; null = whichever answers. */
const ROOM = `
  select l.value as most, (select count(*)::int from account_grant g where g.bc_id = $1 and g.valid_to is null) as held,
         exists (select from account_grant g
           where g.bc_id = $1 and g.tiktok_account_id = $2 and g.valid_to is null) as widens
  from known_limit l where l.name = 'accounts_per_business_center'`;

/**
 * How many accounts a Business Center may hold, where it holds as many and the account is none of them, so that no owner
 * could authorize; null where one could. An account that is held already takes no second place.
 */
export async function fullFor(query: Query, bcId: string, tiktokAccountId: string | null): Promise<number | null> {
  const [room] = await query<{ most: number; held: number; widens: boolean }>(ROOM, [bcId, tiktokAccountId]);
  return room && room.held >= room.most && !room.widens ? room.most : null;
}

/** The same, for administrators who are about to ask. */
export async function isFull(ctx: Context, bcId: string): Promise<number | null> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  return fullFor(queryIn(ctx.orm.em.fork()), bcId, null);
}
