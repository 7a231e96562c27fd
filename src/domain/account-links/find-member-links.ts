import { ask, authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** A user's own link to a TikTok account that the Business Center holds too. */
export interface MemberLink {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  since: string;
  /** Who told of the link, such as `api_key:..`. */
  by: string;
}

/** More are not told of. */
const MOST = 50;

const TEXT = `
  select l.tiktok_account_id, t.handle, t.display_name, l.scopes, l.begun_by as by, ${rfc3339('l.valid_from')} as since
  from account_link l
  join account_grant g on g.tiktok_account_id = l.tiktok_account_id and g.bc_id = $1 and g.valid_to is null
  join tiktok_account t on t.id = l.tiktok_account_id
  where l.user_id = $2 and l.valid_to is null order by l.tiktok_account_id limit ${MOST}`;

/** R11: what stays with a member whatever the Business Center does, of accounts that its administrators see. */
export async function findMemberLinks(
  ctx: Context,
  { bcId, userId }: { bcId: string; userId: string },
): Promise<MemberLink[]> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const rows = await queryIn(ctx.orm.em.fork())<MemberLink>(TEXT, [bcId, userId]);
  const seen = await Promise.all(
    rows.map(async ({ tiktok_account_id: id }) => {
      const properties = { bc_id: bcId };
      return ask(ctx, { action: 'view_assignments', resource: { type: 'tiktok_account', id }, properties }, null);
    }),
  );
  return rows.filter((_, index) => seen[index]?.decision === true);
}
