import { holdOrHeld, isMember } from './known.ts';

/** The Business Centers that the key of a question is confined to. */
const CENTERS = 'array(select jsonb_array_elements_text(q.within))';

/**
 * The facts of any number of checks, as one statement: each question is a row of the arrays $1 to $9, each fact that
 * holds is a row of the answer. Only current rows count; a grant that ended tells GRANT_REVOKED from NO_GRANT.
 * `limit 1` keeps PostgreSQL on the unique index of current rows, however many there are of one account or user.
 *
 * A key that is confined to some Business Centers (`within`) is told nothing of an account that none of them holds or
 * held, nor of a user who is a member of none: neither that they exist, nor their switch, roles or attributes. Account
 * links are nothing to it. What has a `bc_id` here is for the projection to leave out.
 *
 * $1 kind, $2 subject type, $3 subject id, $4 resource id, $5 the same as uuid (access requests), $6 bc_id,
 * $7 advertiser_id, $8 user_id (whom the action would assign), $9 within (a JSON list; null = not confined)
 */
export const FACTS_STATEMENT = `
with question as (
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                       $9::jsonb[])
    with ordinality
      as q (kind, subject_type, subject_id, resource_id, request_id, bc_id, advertiser_id, user_id, within, n)
)
select 0 as n, 'revision' as fact, null as bc_id, r.value::text as a, null as b, null as c,
       null::text[] as granted, null::text[] as assigned
  from relationship_revision r

union all
select q.n::int, 'tiktok_account', null, t.ad_authorization::text, null, null, null, null
  from question q
  join tiktok_account t on t.id = q.resource_id
 where q.kind = 'tiktok_account' and (q.within is null or ${holdOrHeld('q.resource_id', CENTERS)})

union all
select q.n::int, 'path', center.bc_id, m.user_role,
       case when g.id is not null then 'ACTIVE'
            when exists (select from account_grant e
                          where e.tiktok_account_id = q.resource_id and e.bc_id = center.bc_id and e.valid_to is not null)
            then 'REVOKED' else 'NONE' end,
       null, g.scopes, a.scopes
  from question q
 cross join lateral (
       select q.bc_id where q.bc_id is not null
       union
       select m.bc_id from member m
        where q.bc_id is null and m.user_id = q.subject_id and m.valid_to is null
       union
       select e.bc_id from assignment e
        where q.bc_id is null and e.user_id = q.subject_id and e.tiktok_account_id = q.resource_id
          and e.valid_to is not null
     ) as center (bc_id)
  left join lateral (
       select m.user_role from member m
        where m.user_id = q.subject_id and m.bc_id = center.bc_id and m.valid_to is null
        limit 1
     ) m on true
  left join lateral (
       select g.id, g.scopes from account_grant g
        where g.tiktok_account_id = q.resource_id and g.bc_id = center.bc_id and g.valid_to is null
        limit 1
     ) g on true
  left join lateral (
       select a.scopes from assignment a
        where a.user_id = q.subject_id and a.tiktok_account_id = q.resource_id and a.bc_id = center.bc_id
          and a.grant_id = g.id and a.valid_to is null
        limit 1
     ) a on true
 where q.kind = 'tiktok_account' and q.subject_type = 'user'

union all
select q.n::int, 'link', null, null, null, null, l.scopes, null
  from question q
  join account_link l
    on l.user_id = q.subject_id and l.tiktok_account_id = q.resource_id and l.valid_to is null
 where q.kind = 'tiktok_account' and q.subject_type = 'user' and q.bc_id is null and q.within is null

union all
select q.n::int, 'advertiser_role', null, r.advertiser_role, null, null, null, null
  from question q
  join ad_account_member r
    on r.user_id = q.subject_id and r.advertiser_id = q.advertiser_id and r.valid_to is null
 where q.kind = 'tiktok_account' and q.subject_type = 'user'
   and (q.within is null or ${isMember('q.subject_id', CENTERS)})

union all
select q.n::int, 'assignee', null, m.user_role, null, null, null, null
  from question q
  join member m on m.user_id = q.user_id and m.bc_id = q.bc_id and m.valid_to is null
 where q.kind = 'tiktok_account'

union all
select q.n::int, 'business_center', b.bc_id, m.user_role, null, null, null, null
  from question q
  join business_center b on b.bc_id = q.resource_id
  left join member m
    on m.user_id = q.subject_id and m.bc_id = b.bc_id and m.valid_to is null and q.subject_type = 'user'
 where q.kind = 'business_center'

union all
select q.n::int, 'access_request', r.bc_id,
       case when r.status = 'PENDING' and r.expires_at <= clock_timestamp() then 'EXPIRED' else r.status end,
       m.user_role, requester.user_role,
       case when r.tiktok_account_id is not null then array[r.tiktok_account_id] end, null
  from question q
  join access_request r on r.id = q.request_id
  left join member m
    on m.user_id = q.subject_id and m.bc_id = r.bc_id and m.valid_to is null and q.subject_type = 'user'
  left join member requester
    on requester.user_id = r.requested_by and requester.bc_id = r.bc_id and requester.valid_to is null
 where q.kind = 'access_request'

union all
select q.n::int, side.fact, null, e.attributes::text, null, null, null, null
  from question q
 cross join lateral (values ('subject', q.subject_type, q.subject_id), ('resource', q.kind, q.resource_id))
       as side (fact, type, id)
  join entity e on e.type = side.type and e.id = side.id
 where q.kind not in ('tiktok_account', 'business_center', 'access_request')
   and (q.within is null or side.type <> 'user' or ${isMember('side.id', CENTERS)})`;

/** One fact of one question (n counts from 1; 0 = of all). What the letters hold depends on the fact. */
export interface FactRow {
  n: number;
  fact:
    | 'revision'
    | 'tiktok_account'
    | 'path'
    | 'link'
    | 'advertiser_role'
    | 'assignee'
    | 'business_center'
    | 'access_request'
    | 'subject'
    | 'resource';
  bc_id: string | null;
  a: string | null;
  b: string | null;
  c: string | null;
  granted: string[] | null;
  assigned: string[] | null;
}
