import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { Scope, type UserRole } from '../vocabulary.ts';

/** Who has access to one account, at which level, since when and by whom. */
export interface AccessRow {
  user_id: string;
  user_role: UserRole;
  scopes: Scope[];
  since: string;
  by: string;
}

/** By a scope that they hold. */
export const ACCESS_FILTERS = Scope.options;
export const ACCESS_SORTS = ['name', 'since'] as const;
export type AccessQuery = ListQuery<Scope, (typeof ACCESS_SORTS)[number]>;

const WHERE = `
  from assignment a
  join member m on m.bc_id = a.bc_id and m.user_id = a.user_id and m.valid_to is null
  left join user_profile u on u.id = a.user_id
  where a.tiktok_account_id = $2 and a.bc_id = $1 and a.valid_to is null
    and ${holdsText(['a.user_id', 'u.display_name', 'u.email'], '$3')} and ($4::text is null or $4 = any(a.scopes))`;

const ORDER: Readonly<Record<AccessQuery['sort'], string>> = {
  name: 'lower(coalesce(u.display_name, a.user_id)), a.user_id',
  since: 'a.valid_from desc, a.user_id',
};

/** R3: the members to whom an account is assigned, for administrators of the Business Center. */
export async function findAccess(
  ctx: Context,
  { bcId, tiktokAccountId }: { bcId: string; tiktokAccountId: string },
  find: AccessQuery,
): Promise<Listed<AccessRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const values = [bcId, tiktokAccountId, find.text, find.filter];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const items = await query<AccessRow>(
    `select a.user_id, m.user_role, a.scopes, ${rfc3339('a.valid_from')} as since, a.begun_by as by ${WHERE}
      order by ${ORDER[find.sort]} limit $5 offset $6`,
    [...values, find.limit, rowsBefore(find)],
  );
  return { items, total: counted?.total ?? 0 };
}
