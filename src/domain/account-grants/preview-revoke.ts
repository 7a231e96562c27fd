import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { queryIn } from '../transact.ts';
import type { Scope } from '../vocabulary.ts';

/** Who would lose what if the grant were revoked now. */
export interface RevokePreview {
  /** How many members lose access. */
  members: number;
  /** The first of them, by user. */
  losing: readonly {
    user_id: string;
    scopes: Scope[];
    /** Scopes that a link of their own lets them keep. */ kept: Scope[];
  }[];
}

/** Members who are named; the others are counted. */
const NAMED = 20;

const TEXT = `
  select a.user_id, a.scopes, coalesce(l.scopes, '{}') as kept, count(*) over ()::int as members
  from assignment a
  left join account_link l
    on l.user_id = a.user_id and l.tiktok_account_id = a.tiktok_account_id and l.valid_to is null
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
    losing: rows.map(({ user_id, scopes, kept }) => ({ user_id, scopes, kept })),
  };
}
