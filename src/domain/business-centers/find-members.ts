import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText, type FindQuery } from '../find-text.ts';
import { pageOf, type CountedPage } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { UserRole } from '../vocabulary.ts';

/** A member of a Business Center, as its administrators see them. */
export interface MemberRow {
  user_id: string;
  user_role: UserRole;
  since: string;
  /** How many TikTok accounts are assigned to the member here. */
  tiktok_accounts: number;
}

const WHERE = `
  from member m left join user_profile u on u.id = m.user_id
  where m.bc_id = $1 and m.valid_to is null and ${holdsText(['m.user_id', 'u.display_name', 'u.email'], '$2')}`;

const TEXT = `
  select m.user_id, m.user_role, ${rfc3339('m.valid_from')} as since,
         (select count(*)::int from assignment a
           where a.bc_id = m.bc_id and a.user_id = m.user_id and a.valid_to is null) as tiktok_accounts
  ${WHERE} and m.user_id > $3
  order by m.user_id limit $4`;

/** The members of a Business Center, by user, for its administrators. */
export async function findMembers(ctx: Context, bcId: string, find: FindQuery): Promise<CountedPage<MemberRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, [bcId, find.text]);
  const rows = await query<MemberRow>(TEXT, [bcId, find.text, find.cursor ?? '', find.limit + 1]);
  const page = pageOf(
    rows,
    find.limit,
    (row) => row.user_id,
    (row) => row,
  );
  return { ...page, total: counted?.total ?? 0 };
}
