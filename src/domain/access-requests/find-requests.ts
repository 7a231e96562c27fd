import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { holdsText } from '../find-text.ts';
import { rowsBefore, type Listed, type ListQuery } from '../list-query.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { AccessRequestStatus } from '../vocabulary.ts';
import type { AccessRequestView } from './view.ts';

/** An access request in a list, with what the account that it names is called. */
export interface RequestRow extends AccessRequestView {
  handle: string | null;
  display_name: string | null;
}

/** Those of a status; and those that wait for an answer, but not much longer. */
export const REQUEST_FILTERS = [...AccessRequestStatus.options, 'EXPIRING'] as const;
export const REQUEST_SORTS = ['since', 'expires'] as const;
export type RequestQuery = ListQuery<(typeof REQUEST_FILTERS)[number], (typeof REQUEST_SORTS)[number]>;

const STATUS = `case when r.status = 'PENDING' and r.expires_at <= clock_timestamp() then 'EXPIRED' else r.status end`;

const WHERE = `
  from access_request r
  left join tiktok_account t on t.id = r.tiktok_account_id
  left join user_profile u on u.id = r.requested_by
  where r.bc_id = $1
    and ${holdsText(['r.code', 'r.note', 'r.tiktok_account_id', 't.handle', 't.display_name', 'r.requested_by', 'u.display_name'], '$2')}
    and case $3 when 'EXPIRING' then ${STATUS} = 'PENDING' and r.expires_at < clock_timestamp() + interval '3 hours'
        else $3::text is null or ${STATUS} = $3 end`;

const ORDER: Readonly<Record<RequestQuery['sort'], string>> = {
  since: 'r.id desc',
  expires: 'r.expires_at, r.id',
};

/** The access requests of a Business Center, for its administrators. */
export async function findRequests(ctx: Context, bcId: string, find: RequestQuery): Promise<Listed<RequestRow>> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  const query = queryIn(ctx.orm.em.fork());
  const values = [bcId, find.text, find.filter];
  const [counted] = await query<{ total: number }>(`select count(*)::int as total ${WHERE}`, values);
  const total = counted?.total ?? 0;
  if (find.limit === 0) return { items: [], total };
  const items = await query<RequestRow>(
    `select r.id, r.bc_id, ${STATUS} as status, r.scopes, r.tiktok_account_id, r.requested_by, r.code, r.note,
            ${rfc3339('r.created_at')} as created_at, ${rfc3339('r.expires_at')} as expires_at, t.handle, t.display_name
       ${WHERE} order by ${ORDER[find.sort]} limit $4 offset $5`,
    [...values, find.limit, rowsBefore(find)],
  );
  return { items, total };
}

/** What the account that a request names is called. */
export async function nameTarget(ctx: Context, request: AccessRequestView): Promise<RequestRow> {
  await authorizeKey(ctx, 'act_as', [request.bc_id]);
  const resource = { type: 'business_center', id: request.bc_id } as const;
  await authorize(ctx, { action: 'view_access_requests', resource }, null);
  const text = 'select handle, display_name from tiktok_account where id = $1';
  const [named] = await queryIn(ctx.orm.em.fork())<Pick<RequestRow, 'handle' | 'display_name'>>(text, [
    request.tiktok_account_id,
  ]);
  return { ...request, handle: named?.handle ?? null, display_name: named?.display_name ?? null };
}

/** Stands for how the requests of a Business Center are now: another once one is made, answered, or runs out. */
export async function requestsMark(ctx: Context, bcId: string): Promise<string> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_access_requests', resource: { type: 'business_center', id: bcId } }, null);
  const [row] = await queryIn(ctx.orm.em.fork())<{ mark: string }>(
    `select coalesce(max(last_write::text), '') || ':'
              || count(*) filter (where status = 'PENDING' and expires_at > clock_timestamp()) as mark
       from access_request where bc_id = $1`,
    [bcId],
  );
  return row?.mark ?? '';
}
