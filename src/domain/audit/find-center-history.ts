import { z } from 'zod';
import { authorize, authorizeKey } from '../authorize.ts';
import { ACCOUNT_OF } from './account-of.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { queryIn } from '../transact.ts';
import { rfc3339 } from '../sql.ts';
import type { HistoryEntry } from './list-account-history.ts';

/** A step in the history of a Business Center, with the account that it is about, where there is one. */
export interface CenterEntry extends HistoryEntry {
  account_id: string | null;
  handle: string | null;
  display_name: string | null;
}

/** What a step is about, by how the names of its events begin. */
export const TOPICS = {
  ACCESS: ['access_request', 'account_grant'],
  ASSIGNMENTS: ['assignment'],
  MEMBERS: ['member', 'user'],
  AD_ACCOUNTS: ['ad_account', 'ad_account_member'],
  DETAILS: ['tiktok_account', 'business_center', 'entity'],
  FREEZES: ['freeze'],
} as const;
export type Topic = keyof typeof TOPICS;

/** What is looked for; null = all. Days are those of UTC, the last one included. */
export interface HistoryQuery {
  /** Part of the name, the email or the id of who did it, or to whom. */
  who: string | null;
  topic: Topic | null;
  /** Part of the handle, the name or the id of the account. */
  account: string | null;
  from: string | null;
  to: string | null;
}

/** Users who are called so: asked for once, not for each step. */
const NAMED = `select id from user_profile where ${holdsText(['display_name', 'email'], '$3')}`;

const TEXT = `
  select e.id, ${rfc3339('e.at')} as at, e.actor, e.event, e.subject_type, e.subject_id, e.before, e.after, e.flags,
         a.id as account_id, t.handle, t.display_name
    from audit_entry e
   cross join lateral (select ${ACCOUNT_OF} as id) a
    left join tiktok_account t on t.id = a.id
   where e.bc_id = $1 and ($2::uuid is null or e.id < $2)
     and ($4::text[] is null or split_part(e.event, '.', 1) = any($4))
     and ($6::date is null or e.at >= $6::date at time zone 'UTC')
     and ($7::date is null or e.at < ($7::date + 1) at time zone 'UTC')
     and (${holdsText(['e.actor', "case when e.subject_type = 'user' then e.subject_id end"], '$3')}
          or e.actor in (select 'user:' || id from (${NAMED}) as named)
          or e.subject_type = 'user' and e.subject_id in (${NAMED}))
     and (${holdsText(['a.id'], '$5')}
          or a.id in (select id from tiktok_account where ${holdsText(['handle', 'display_name'], '$5')}))
   order by e.id desc limit $8`;

/** What happened in a Business Center, newest first, for its administrators. */
export async function findCenterHistory(
  ctx: Context,
  bcId: string,
  { who, topic, account, from, to }: HistoryQuery,
  page: PageQuery,
): Promise<Page<CenterEntry>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_center_history', resource: { type: 'business_center', id: bcId } }, null);
  const before = z.uuid().safeParse(page.cursor).data ?? null;
  const values = [bcId, before, who, topic && TOPICS[topic], account, from, to, page.limit + 1];
  const rows = await queryIn(ctx.orm.em.fork())<CenterEntry>(TEXT, values);
  return pageOf(
    rows,
    page.limit,
    (row) => row.id,
    (row) => row,
  );
}
