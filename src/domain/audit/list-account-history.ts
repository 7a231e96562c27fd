import { authorize, authorizeKey } from '../authorize.ts';
import { ACCOUNT_OF } from './account-of.ts';
import type { Context } from '../context.ts';
import { rowsBefore, type Listed } from '../list-query.ts';
import { queryIn } from '../transact.ts';
import { rfc3339 } from '../sql.ts';

/** One step in the life of an account in a Business Center. */
export interface HistoryEntry {
  id: string;
  at: string;
  /** Who did it, such as `user:adm`. */
  actor: string;
  event: string;
  subject_type: string;
  subject_id: string;
  before: unknown;
  after: unknown;
  flags: string[];
}

const FOUND = `from audit_entry e where bc_id = $1 and ${ACCOUNT_OF} = $2`;

const ROWS = `
  select id, ${rfc3339('at')} as at, actor, event, subject_type, subject_id, before, after, flags ${FOUND}
   order by id desc limit $3 offset $4`;

/** A page of what happened to an account in a Business Center, newest first, for its administrators. */
export async function listAccountHistory(
  ctx: Context,
  bcId: string,
  tiktokAccountId: string,
  { page, limit }: { page: number; limit: number },
): Promise<Listed<HistoryEntry>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_account_history', resource, properties: { bc_id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const values = [bcId, tiktokAccountId];
  const [[counted], items] = await Promise.all([
    query<{ total: number }>(`select count(*)::int as total ${FOUND}`, values),
    query<HistoryEntry>(ROWS, [...values, limit, rowsBefore({ page, limit })]),
  ]);
  return { items, total: counted?.total ?? 0 };
}
