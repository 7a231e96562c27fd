import { authorize, authorizeKey } from '../authorize.ts';
import { ACCOUNT_OF } from './account-of.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed } from '../list-query.ts';
import { queryIn } from '../transact.ts';
import { rfc3339 } from '../sql.ts';
import type { HistoryEntry } from './list-account-history.ts';

/** A step in the history of a Business Center, with the account that it is about, where there is one. */
export interface CenterEntry extends HistoryEntry {
  account_id: string | null;
  handle: string | null;
  display_name: string | null;
  /** The ad account, likewise, and its name while it belongs to the Business Center. */
  advertiser_id: string | null;
  advertiser_name: string | null;
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
const NAMED = `select id from user_profile where ${holdsText(['display_name', 'email'], '$2')}`;

const AD_ACCOUNT_OF = `coalesce(case e.subject_type when 'ad_account' then e.subject_id end,
  e.after ->> 'advertiser_id', e.before ->> 'advertiser_id')`;

const ACCOUNT = `cross join lateral (select ${ACCOUNT_OF} as id) a`;

const FOUND = `
    from audit_entry e ${ACCOUNT}
   where e.bc_id = $1
     and ($3::text[] is null or split_part(e.event, '.', 1) = any($3))
     and ($5::date is null or e.at >= $5::date at time zone 'UTC')
     and ($6::date is null or e.at < ($6::date + 1) at time zone 'UTC')
     and (${holdsText(['e.actor', "case when e.subject_type = 'user' then e.subject_id end"], '$2')}
          or e.actor in (select 'user:' || id from (${NAMED}) as named)
          or e.subject_type = 'user' and e.subject_id in (${NAMED}))
     and (${holdsText(['a.id'], '$4')}
          or a.id in (select id from tiktok_account where ${holdsText(['handle', 'display_name'], '$4')}))`;

/** What is told of an entry is read for those of the page alone. */
const entries = (ids: string): string => `
  select e.id, ${rfc3339('e.at')} as at, e.actor, e.event, e.subject_type, e.subject_id, e.before, e.after, e.flags,
         a.id as account_id, t.handle, t.display_name, b.id as advertiser_id, d.name as advertiser_name
    from audit_entry e ${ACCOUNT}
    left join tiktok_account t on t.id = a.id
   cross join lateral (select ${AD_ACCOUNT_OF} as id) b
    left join ad_account d on d.advertiser_id = b.id and d.bc_id = e.bc_id
   where e.id in (${ids}) and e.bc_id = $1 order by e.id desc`;

const COUNT = `select count(*)::int as total ${FOUND}`;
const PAGE = entries(`select e.id ${FOUND} order by e.id desc limit $7 offset $8`);
const NEXT = entries(`select e.id ${FOUND} and ($8::uuid is null or e.id < $8) order by e.id desc limit $7`);

/** Entries that are read at once where all are asked for. */
const CHUNK = 1000;

/** A page of what happened in a Business Center, newest first, for its administrators. */
export async function findCenterHistory(
  ctx: Context,
  bcId: string,
  asked: HistoryQuery,
  { page, limit }: { page: number; limit: number },
): Promise<Listed<CenterEntry>> {
  await authorizeHistory(ctx, bcId);
  const query = queryIn(ctx.orm.em.fork());
  const values = valuesOf(bcId, asked);
  const [[counted], items] = await Promise.all([
    query<{ total: number }>(COUNT, values),
    query<CenterEntry>(PAGE, [...values, limit, rowsBefore({ page, limit })]),
  ]);
  return { items, total: counted?.total ?? 0 };
}

/**
 * All of it, newest first, in chunks that are read as they are asked for. What happens meanwhile is newer than all of it,
 * and not part of it. @throws SparkgateError before the first chunk, for those who may not
 */
export async function readCenterHistory(
  ctx: Context,
  bcId: string,
  asked: HistoryQuery,
): Promise<AsyncGenerator<CenterEntry[]>> {
  await authorizeHistory(ctx, bcId);
  return chunksOf(ctx, valuesOf(bcId, asked));
}

async function* chunksOf(ctx: Context, values: readonly unknown[]): AsyncGenerator<CenterEntry[]> {
  for (let before: string | null = null; ;) {
    ctx.life.requireOpen();
    const rows: CenterEntry[] = await queryIn(ctx.orm.em.fork())<CenterEntry>(NEXT, [...values, CHUNK, before]);
    yield rows;
    before = rows.at(-1)?.id ?? null;
    if (rows.length < CHUNK) return;
  }
}

async function authorizeHistory(ctx: Context, bcId: string): Promise<void> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_center_history', resource: { type: 'business_center', id: bcId } }, null);
}

function valuesOf(bcId: string, { who, topic, account, from, to }: HistoryQuery): unknown[] {
  return [bcId, who, topic && TOPICS[topic], account, from, to];
}
