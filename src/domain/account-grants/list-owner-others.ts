import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rowsBefore, type Listed } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** A user to whom the account is linked: R11, whatever any Business Center does. */
export interface OwnerLink {
  user_id: string;
  scopes: Scope[];
  since: string;
}

/** What an owner answered with no, or what ended since they said yes. */
export interface PastAnswer {
  what: 'DECLINED' | 'REVOKED';
  bc_id: string;
  business_center_name: string;
  scopes: Scope[];
  at: string;
  /** Who ended it, such as `user:adm`. */
  by: string;
}

/** More that ended are counted alone. */
const MOST = 50;

const LINKS = `
  select user_id, scopes, ${rfc3339('valid_from')} as since from account_link
   where tiktok_account_id = $1 and valid_to is null order by valid_from desc, id limit $2 offset $3`;
const COUNT = 'select count(*)::int as total from account_link where tiktok_account_id = $1 and valid_to is null';

const PAST = `
  select count(*) over ()::int as total, p.what, p.bc_id, b.name as business_center_name, p.scopes, ${rfc3339('p.at')} as at, p.by
    from (select 'REVOKED' as what, g.bc_id, g.scopes, g.valid_to as at, g.ended_by as by, g.id
            from account_grant g where g.tiktok_account_id = $1 and g.valid_to is not null
          union all
          select 'DECLINED', r.bc_id, r.scopes, r.closed_at, r.closed_by, r.id
            from access_request r where r.closed_by = 'tiktok_account:' || $1 and r.status = 'DECLINED') p
    join business_center b on b.bc_id = p.bc_id
   order by p.at desc, p.id desc limit ${MOST}`;

/** A page of the users who may use an account by a link of their own, newest first: for its owner. */
export async function listOwnerLinks(
  ctx: Context,
  tiktokAccountId: string,
  { page, limit }: { page: number; limit: number },
): Promise<Listed<OwnerLink>> {
  await authorizeOwner(ctx, tiktokAccountId);
  const query = queryIn(ctx.orm.em.fork());
  const [items, [counted]] = await Promise.all([
    query<OwnerLink>(LINKS, [tiktokAccountId, limit, rowsBefore({ page, limit })]),
    query<{ total: number }>(COUNT, [tiktokAccountId]),
  ]);
  return { items, total: counted?.total ?? 0 };
}

/** What its owner declined, and which grants on an account were revoked, the newest 50, and how many: for its owner. */
export async function listPastAnswers(ctx: Context, tiktokAccountId: string): Promise<Listed<PastAnswer>> {
  await authorizeOwner(ctx, tiktokAccountId);
  const rows = await queryIn(ctx.orm.em.fork())<PastAnswer & { total: number }>(PAST, [tiktokAccountId]);
  return { items: rows, total: rows[0]?.total ?? 0 };
}

async function authorizeOwner(ctx: Context, id: string): Promise<void> {
  await authorizeKey(ctx, 'act_as', ctx.key?.bcIds ?? []);
  await authorize(ctx, { action: 'view_grants', resource: { type: 'tiktok_account', id } }, null);
}
