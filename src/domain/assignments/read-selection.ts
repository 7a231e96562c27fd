import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { inSlices } from '../in-slices.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** An account among those that were chosen, with what its owner granted. */
export interface ChosenAccount {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
}

/** What a member holds of an account now. */
export interface Held {
  tiktok_account_id: string;
  user_id: string;
  scopes: Scope[];
}

/** Members and accounts that were chosen, those left out that are there no more, and what each member holds of each. */
export interface Selection {
  members: string[];
  accounts: ChosenAccount[];
  held: Held[];
}

const MEMBERS = `
  select m.user_id from member m left join user_profile u on u.id = m.user_id
   where m.bc_id = $1 and m.valid_to is null and m.user_id = any($2)
   order by lower(coalesce(u.display_name, m.user_id)), m.user_id`;

const ACCOUNTS = `
  select t.id as tiktok_account_id, t.handle, t.display_name, g.scopes
    from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
   where g.bc_id = $1 and g.valid_to is null and t.id = any($2)
   order by lower(coalesce(t.display_name, t.handle, t.id)), t.id`;

const HELD = `
  select tiktok_account_id, user_id, scopes from assignment
   where bc_id = $1 and tiktok_account_id = any($2) and user_id = any($3) and valid_to is null
   order by tiktok_account_id, user_id`;

/** R3: for administrators of the Business Center; accounts whose assignments they may not view are left out. */
export async function readSelection(
  ctx: Context,
  bcId: string,
  chosen: { members: readonly string[]; accounts: readonly string[] },
): Promise<Selection> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const visible = await inSlices(chosen.accounts, async (id) => {
    const resource = { type: 'tiktok_account', id } as const;
    const { decision } = await ask(ctx, { action: 'view_assignments', resource, properties: { bc_id: bcId } }, null);
    return decision ? [id] : [];
  });
  const query = queryIn(ctx.orm.em.fork());
  const [members, accounts] = await Promise.all([
    query<{ user_id: string }>(MEMBERS, [bcId, chosen.members]),
    query<ChosenAccount>(ACCOUNTS, [bcId, visible.flat()]),
  ]);
  const userIds = members.map(({ user_id }) => user_id);
  const ids = accounts.map(({ tiktok_account_id }) => tiktok_account_id);
  return { members: userIds, accounts, held: await query<Held>(HELD, [bcId, ids, userIds]) };
}
