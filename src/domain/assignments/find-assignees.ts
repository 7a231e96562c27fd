import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type CountedPage } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope, UserRole } from '../vocabulary.ts';

/** A member of the Business Center and what they are assigned of one account. */
export interface Assignee {
  user_id: string;
  user_role: UserRole;
  /** Empty: nothing is assigned. */
  scopes: Scope[];
  /** When and by whom it was assigned; null where nothing is. */
  assigned_at: string | null;
  assigned_by: string | null;
}

const WHERE = `
  from member m
  left join assignment a
    on a.user_id = m.user_id and a.tiktok_account_id = $2 and a.bc_id = m.bc_id and a.valid_to is null
  left join user_profile u on u.id = m.user_id
  where m.bc_id = $1 and m.valid_to is null and ${holdsText(['m.user_id', 'u.display_name', 'u.email'], '$3')}
    and ($4 or a.id is not null) and ($5::text[] is null or m.user_id = any($5))`;

const TEXT = `
  select m.user_id, m.user_role, coalesce(a.scopes, '{}') as scopes, ${rfc3339('a.valid_from')} as assigned_at,
         a.begun_by as assigned_by ${WHERE} and m.user_id > $6
  order by m.user_id limit $7`;

/** Which members are told of: all whom the account could be assigned to, those who have it, or some. */
export type Assignees = 'all' | 'assigned' | { userIds: readonly string[] };

/** R3: the members of a Business Center with their access to one account, by user, for its administrators. */
export async function findAssignees(
  ctx: Context,
  { bcId, tiktokAccountId }: { bcId: string; tiktokAccountId: string },
  which: Assignees,
  find: FindQuery,
): Promise<CountedPage<Assignee>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  if (which !== 'assigned') {
    await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  }
  const userIds = typeof which === 'object' ? which.userIds : null;
  const values = [bcId, tiktokAccountId, find.text, which !== 'assigned', userIds];
  const query = queryIn(ctx.orm.em.fork());
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const rows = await query<Assignee>(TEXT, [...values, find.cursor ?? '', find.limit + 1]);
  const page = pageOf(
    rows,
    find.limit,
    (row) => row.user_id,
    (row) => row,
  );
  return { ...page, total: counted?.total ?? 0 };
}
