import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import { ACCOUNT_OF } from './account-of.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
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

const TEXT = `
  select id, ${rfc3339('at')} as at, actor, event, subject_type, subject_id, before, after, flags
  from audit_entry e
  where bc_id = $1 and ($3::uuid is null or id < $3) and ${ACCOUNT_OF} = $2
  order by id desc limit $4`;

/** What happened to an account in a Business Center, newest first, for its administrators. */
export async function listAccountHistory(
  ctx: Context,
  bcId: string,
  tiktokAccountId: string,
  page: PageQuery,
): Promise<Page<HistoryEntry>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  const resource = { type: 'tiktok_account', id: tiktokAccountId } as const;
  await authorize(ctx, { action: 'view_account_history', resource, properties: { bc_id: bcId } }, null);
  const before = z.uuid().safeParse(page.cursor).data ?? null;
  const query = queryIn(ctx.orm.em.fork());
  const rows = await query<HistoryEntry>(TEXT, [bcId, tiktokAccountId, before, page.limit + 1]);
  return pageOf(
    rows,
    page.limit,
    (row) => row.id,
    (row) => row,
  );
}
