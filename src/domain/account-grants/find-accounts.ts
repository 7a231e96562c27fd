import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context, Query } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { Scope } from '../vocabulary.ts';

/** A granted TikTok account in a list. */
export interface AccountRow {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  /** What of these the actor is assigned; null for those who see the assignments of all. */
  own_scopes: Scope[] | null;
  granted_at: string;
  /** How many members may use it; null where the actor may not know. */
  members: number | null;
}

/** By a scope that is granted; those that nobody is assigned; those whose own ad authorization switch is off. */
export const ACCOUNT_FILTERS = [...Scope.options, 'UNASSIGNED', 'SWITCHED_OFF'] as const;
export const ACCOUNT_SORTS = ['name', 'members', 'since'] as const;
export type AccountQuery = ListQuery<(typeof ACCOUNT_FILTERS)[number], (typeof ACCOUNT_SORTS)[number]>;

const MEMBERS = '(select count(*)::int from assignment a where a.grant_id = g.id and a.valid_to is null)';

const WHERE = `
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.valid_to is null and ${holdsText(['t.id', 't.handle', 't.display_name'], '$2')}
    and case $3 when 'UNASSIGNED' then not exists (
          select from assignment a where a.grant_id = g.id and a.valid_to is null)
        when 'SWITCHED_OFF' then t.ad_authorization is false
        else $3::text is null or $3 = any(g.scopes) end`;

const ORDER: Readonly<Record<AccountQuery['sort'], string>> = {
  name: 'lower(coalesce(t.display_name, t.handle, t.id)), t.id',
  members: `${MEMBERS} desc, t.id`,
  since: 'g.valid_from desc, t.id',
};

const ROWS = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         ${MEMBERS} as members,
         array(select unnest(g.scopes) intersect select unnest(a.scopes) from assignment a
                where a.grant_id = g.id and a.user_id = $3 and a.valid_to is null order by 1) as own_scopes
  from unnest($2::text[]) with ordinality as shown (id, n)
  join account_grant g on g.tiktok_account_id = shown.id and g.bc_id = $1 and g.valid_to is null
  join tiktok_account t on t.id = shown.id order by shown.n`;

/** R4: the granted accounts that the actor may view. How many there are counts these alone. */
export async function findAccounts(ctx: Context, bcId: string, find: AccountQuery): Promise<Listed<AccountRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const held = await query<{ id: string }>(`select t.id ${WHERE} order by ${ORDER[find.sort]}`, [
    bcId,
    find.text,
    find.filter,
  ]);
  const ids = held.map(({ id }) => id);
  const visible = await allowed(ctx, bcId, 'view', ids);
  const shown = visible.slice(rowsBefore(find), rowsBefore(find) + find.limit);
  return { items: await rowsOf(ctx, query, bcId, shown), total: visible.length };
}

async function rowsOf(ctx: Context, query: Query, bcId: string, ids: readonly string[]): Promise<AccountRow[]> {
  const rows = await query<AccountRow>(ROWS, [bcId, ids, userIdOf(ctx)]);
  const counted = new Set(await allowed(ctx, bcId, 'view_assignments', ids));
  return rows.map((row) =>
    counted.has(row.tiktok_account_id) ? { ...row, own_scopes: null } : { ...row, members: null },
  );
}

/** Who asks; an owner holds no assignment. */
export function userIdOf({ actor }: Context): string | null {
  return actor.type === 'user' ? actor.id : null;
}

/** Those of the accounts to which the actor may do something. */
async function allowed(ctx: Context, bcId: string, action: string, ids: readonly string[]): Promise<string[]> {
  const verdicts = await Promise.all(
    ids.map(async (id) => {
      const question = { action, resource: { type: 'tiktok_account', id }, properties: { bc_id: bcId } } as const;
      return (await ask(ctx, question, null)).decision;
    }),
  );
  return ids.filter((_, index) => verdicts[index] === true);
}
