import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type Page } from '../page.ts';
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

/** What nobody looks for is left out, since a plan for every case looks at every member. */
const textOf = (userIds: readonly string[] | null, text: string | null): string => `
  select m.user_id, m.user_role, coalesce(a.scopes, '{}') as scopes, ${rfc3339('a.valid_from')} as assigned_at,
         a.begun_by as assigned_by
  from member m
  left join assignment a
    on a.user_id = m.user_id and a.tiktok_account_id = $2 and a.bc_id = m.bc_id and a.valid_to is null
  ${text === null ? '' : 'left join user_profile u on u.id = m.user_id'}
  where m.bc_id = $1 and m.valid_to is null and m.user_id > $5
    and ${text === null ? '$3::text is null' : holdsText(['m.user_id', 'u.display_name', 'u.email'], '$3')}
    and ${userIds === null ? '$4::text[] is null' : 'm.user_id = any($4)'}
  order by m.user_id limit $6`;

/** R3: the members of a Business Center with their access to one account, by user, for its administrators. */
export async function findAssignees(
  ctx: Context,
  { bcId, tiktokAccountId }: { bcId: string; tiktokAccountId: string },
  /** Null for all. */
  userIds: readonly string[] | null,
  find: FindQuery,
): Promise<Page<Assignee>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const values = [bcId, tiktokAccountId, find.text, userIds, find.cursor ?? '', find.limit + 1];
  const rows = await queryIn(ctx.orm.em.fork())<Assignee>(textOf(userIds, find.text), values);
  return pageOf(
    rows,
    find.limit,
    (row) => row.user_id,
    (row) => row,
  );
}
