import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** Who would lose what if the grant were revoked now. */
export interface RevokePreview {
  /** How many members lose access. */
  members: number;
  /** The first of them, by user, and the scopes that end. Links of their own are theirs to know, and stay. */
  losing: readonly { user_id: string; scopes: Scope[] }[];
}

/** Members who are named; the others are counted. */
const NAMED = 20;

const TEXT = `
  select a.user_id, a.scopes, count(*) over ()::int as members
  from assignment a
  where a.bc_id = $1 and a.tiktok_account_id = $2 and a.valid_to is null
  order by a.user_id limit $3`;

/** R10: what revoking would end, for whoever may revoke. */
export async function previewRevoke(ctx: Context, bcId: string, tiktokAccountId: string): Promise<RevokePreview> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  const properties = { bc_id: bcId };
  await authorize(ctx, { action: 'revoke_grant', resource, properties }, null);
  await authorize(ctx, { action: 'view_assignments', resource, properties }, null);
  const query = queryIn(ctx.orm.em.fork());
  const rows = await query<RevokePreview['losing'][number] & { members: number }>(TEXT, [bcId, tiktokAccountId, NAMED]);
  return {
    members: rows[0]?.members ?? 0,
    losing: rows.map(({ user_id, scopes }) => ({ user_id, scopes })),
  };
}
