import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';

/** The account that somebody means, or why it cannot be told; nothing else is told of accounts. */
export type Target = { id: string } | 'unknown' | 'ambiguous';

/** An id goes before a handle that reads the same. Two rows are enough to know that there are several. */
const TEXT = `
  select id from (
    select id, 0 as rank from tiktok_account where id = $1
    union
    select id, 1 from tiktok_account where handle = any($2) and id <> $1
  ) as named
  order by rank, id limit 2`;

/** Which TikTok account a request is meant for: by its id, or by its handle with or without `@`. For administrators. */
export async function findTarget(ctx: Context, bcId: string, text: string): Promise<Target> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'request_account_access', resource: { type: 'business_center', id: bcId } }, null);
  const handle = text.replace(/^@/u, '');
  const rows = await queryIn(ctx.orm.em.fork())<{ id: string }>(TEXT, [text, [handle, `@${handle}`]]);
  const exact = rows.find(({ id }) => id === text);
  if (exact) return exact;
  const [first, second] = rows;
  if (!first) return 'unknown';
  return second ? 'ambiguous' : first;
}
