import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { UserRole } from '../vocabulary.ts';

/** A member of a Business Center, as its administrators see them. */
export interface MemberRow {
  user_id: string;
  user_role: UserRole;
  since: string;
  /** How many TikTok accounts are assigned to the member here. */
  tiktok_accounts: number;
}

/** By role, or those to whom nothing is assigned. */
export const MEMBER_FILTERS = [...UserRole.options, 'UNASSIGNED'] as const;
export const MEMBER_SORTS = ['name', 'accounts', 'since'] as const;
export type MemberQuery = ListQuery<(typeof MEMBER_FILTERS)[number], (typeof MEMBER_SORTS)[number]>;

/** How many accounts members hold: counted at once where all are sorted by it, else for those of the page alone. */
const HELD = `(select count(*)::int from assignment a
  where a.bc_id = m.bc_id and a.user_id = m.user_id and a.valid_to is null)`;
const ALL_HELD = `(select a.user_id, count(*)::int as accounts from assignment a
  where a.bc_id = $1 and a.valid_to is null group by a.user_id)`;

const whereOf = (sort: MemberQuery['sort']): string => `
  from member m left join user_profile u on u.id = m.user_id
  ${sort === 'accounts' ? `left join ${ALL_HELD} held on held.user_id = m.user_id` : ''}
  where m.bc_id = $1 and m.valid_to is null and ${holdsText(['m.user_id', 'u.display_name', 'u.email'], '$2')}
    and case $3 when 'UNASSIGNED' then not exists (select from assignment a
          where a.bc_id = m.bc_id and a.user_id = m.user_id and a.valid_to is null)
        else $3::text is null or m.user_role = $3 end`;

const ORDER: Readonly<Record<MemberQuery['sort'], string>> = {
  name: 'lower(coalesce(u.display_name, m.user_id)), m.user_id',
  accounts: 'coalesce(held.accounts, 0) desc, m.user_id',
  since: 'm.valid_from desc, m.user_id',
};

/** The members of a Business Center, for its administrators. */
export async function findMembers(ctx: Context, bcId: string, find: MemberQuery): Promise<Listed<MemberRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const values = [bcId, find.text, find.filter];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${whereOf('name')}`, values);
  const items = await query<MemberRow>(
    `select m.user_id, m.user_role, ${rfc3339('m.valid_from')} as since, ${HELD} as tiktok_accounts ${whereOf(find.sort)}
      order by ${ORDER[find.sort]} limit $4 offset $5`,
    [...values, find.limit, rowsBefore(find)],
  );
  return { items, total: counted?.total ?? 0 };
}
