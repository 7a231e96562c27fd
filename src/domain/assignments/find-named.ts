import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';

/** A line that somebody wrote, and all whom it names exactly. */
export interface Named {
  line: string;
  ids: string[];
}

const MEMBERS = `
  select w.line, array(
      select m.user_id from member m left join user_profile u on u.id = m.user_id
       where m.bc_id = $1 and m.valid_to is null
         and lower(w.line) in (lower(m.user_id), lower(u.email), lower(u.display_name))
       limit 2) as ids
    from unnest($2::text[]) with ordinality as w (line, n) order by w.n`;

const ACCOUNTS = `
  select w.line, array(
      select t.id from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
       where g.bc_id = $1 and g.valid_to is null
         and (lower(w.line) in (lower(t.id), lower(t.display_name))
              or ltrim(lower(w.line), '@') = ltrim(lower(t.handle), '@'))
       limit 2) as ids
    from unnest($2::text[]) with ordinality as w (line, n) order by w.n`;

/**
 * Whom lines name by id, name or email, and which granted accounts by id, handle or name; case does not count. A name
 * that several have names two. For those who may view the members.
 */
export async function findNamed(
  ctx: Context,
  bcId: string,
  lines: { members: readonly string[]; accounts: readonly string[] },
): Promise<{ members: Named[]; accounts: Named[] }> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  return {
    members: lines.members.length === 0 ? [] : await query<Named>(MEMBERS, [bcId, lines.members]),
    accounts: lines.accounts.length === 0 ? [] : await query<Named>(ACCOUNTS, [bcId, lines.accounts]),
  };
}
