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

/** Accounts that one part of a search finds. */
const CHUNK = 2000;

/** How many members hold each account: counted at once, since one by one takes a look at all of them for each. */
const countedBy = (some: string): string => `left join (
    select a.grant_id, count(*)::int as members from assignment a
     where a.bc_id = $1 and a.valid_to is null ${some} group by a.grant_id
  ) counted on counted.grant_id = g.id`;

const fromWhere = ({ sort, filter }: AccountQuery): string => `
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  ${sort === 'members' || filter === 'UNASSIGNED' ? countedBy('') : ''}
  where g.bc_id = $1 and g.valid_to is null and ${holdsText(['t.id', 't.handle', 't.display_name'], '$2')}
    and case $3 when 'UNASSIGNED' then ${filter === 'UNASSIGNED' ? 'counted.grant_id is null' : 'false'}
        when 'SWITCHED_OFF' then t.ad_authorization is false
        else $3::text is null or $3 = any(g.scopes) and ($4::text is null or exists (
          select from assignment a
           where a.grant_id = g.id and a.user_id = $4 and a.valid_to is null and $3 = any(a.scopes))) end`;

const ORDER: Readonly<Record<AccountQuery['sort'], string>> = {
  name: 'lower(coalesce(t.display_name, t.handle, t.id)), t.id',
  members: 'coalesce(counted.members, 0) desc, t.id',
  since: 'g.valid_from desc, t.id',
};

const ROWS = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         coalesce(counted.members, 0) as members,
         array(select unnest(g.scopes) intersect select unnest(a.scopes) from assignment a
                where a.grant_id = g.id and a.user_id = $3 and a.valid_to is null order by 1) as own_scopes
  from unnest($2::text[]) with ordinality as shown (id, n)
  join account_grant g on g.tiktok_account_id = shown.id and g.bc_id = $1 and g.valid_to is null
  join tiktok_account t on t.id = shown.id
  ${countedBy('and a.tiktok_account_id = any($2)')} order by shown.n`;

/**
 * R4: the granted accounts that the actor may view. How many there are counts these alone. A filter by scope asks what
 * the owners granted, or, with a `holder`, what that user is assigned.
 */
export async function findAccounts(
  ctx: Context,
  bcId: string,
  find: AccountQuery,
  holder: string | null = null,
): Promise<Listed<AccountRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const [held, viewed] = await Promise.all([
    query<{ id: string }>(`select t.id ${fromWhere(find)} order by ${ORDER[find.sort]}`, [
      bcId,
      find.text,
      find.filter,
      holder,
    ]),
    viewable(ctx, bcId),
  ]);
  const visible = held.map(({ id }) => id).filter((id) => viewed.has(id));
  const shown = visible.slice(rowsBefore(find), rowsBefore(find) + find.limit);
  return { items: await rowsOf(ctx, query, bcId, shown), total: visible.length };
}

/** What the policies let the actor view there: a search, which decides together what differs in nothing that counts. */
async function viewable(ctx: Context, bcId: string): Promise<Set<string>> {
  const found = new Set<string>();
  const question = { action: 'view', type: 'tiktok_account', properties: { bc_id: bcId } } as const;
  for (let after: string | null = ''; after !== null;) {
    const page = await ctx.authorizer.resources(ctx.actor, question, { after, limit: CHUNK }, ctx.key?.bcIds ?? null);
    for (const id of page.ids) found.add(id);
    after = page.next;
  }
  return found;
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
