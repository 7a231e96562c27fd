import { authorize, authorizeKey, authorizeReading, isKeyAlone } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { rfc3339 } from '../sql.ts';
import { TiktokAccount } from '../tiktok-accounts/entity.ts';
import { authorizeAccount } from '../tiktok-accounts/read-tiktok-accounts.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { visiblePage } from '../visible-page.ts';
import type { Scope } from '../vocabulary.ts';

/** Who may use an account, as its owner sees it. */
export interface OwnerGrant {
  bc_id: string;
  business_center_name: string;
  scopes: Scope[];
  granted_at: string;
  members: number;
}

/** What an owner sees of a current grant; the account is `$1`. */
export const OWNER_GRANT = `
  select g.bc_id, b.name as business_center_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at,
         (select count(*)::int from assignment a where a.grant_id = g.id and a.valid_to is null) as members
  from account_grant g join business_center b on b.bc_id = g.bc_id
  where g.tiktok_account_id = $1 and g.valid_to is null`;

const TEXT = `${OWNER_GRANT} and g.bc_id > $2
    and ($3::text[] is null or g.bc_id = any($3))
  order by g.bc_id limit $4`;

/**
 * The current grants on an account, by Business Center: for the account's owner; or for a key that calls for itself, as
 * far as it sees.
 */
export async function listOwnerGrants(
  ctx: Context,
  tiktokAccountId: string,
  page: PageQuery,
): Promise<Page<OwnerGrant>> {
  const within = ctx.key?.bcIds ?? null;
  if (isKeyAlone(ctx)) return readOwnerGrants(ctx, tiktokAccountId, page);
  const query = queryIn(ctx.orm.em.fork());
  await authorizeKey(ctx, 'act_as', within ?? []);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_grants', resource }, null);
  return visiblePage(ctx, page, {
    rows: async (after, limit) => query<OwnerGrant>(TEXT, [tiktokAccountId, after ?? '', within, limit]),
    key: (row) => row.bc_id,
    question: (row) => ({ action: 'view_grants', resource, properties: { bc_id: row.bc_id } }),
  });
}

async function readOwnerGrants(ctx: Context, tiktokAccountId: string, page: PageQuery): Promise<Page<OwnerGrant>> {
  const em = ctx.orm.em.fork();
  await authorizeAccount(ctx, em, tiktokAccountId);
  if (!(await em.findOne(TiktokAccount, { id: tiktokAccountId }))) throw unseen();
  const values = [tiktokAccountId, page.cursor ?? '', ctx.key?.bcIds ?? null, page.limit + 1];
  const rows = await queryIn(em)<OwnerGrant>(TEXT, values);
  await authorizeReading(
    ctx,
    rows.map((row) => row.bc_id),
  );
  return pageOf(
    rows,
    page.limit,
    (row) => row.bc_id,
    (row) => row,
  );
}
