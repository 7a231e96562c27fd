/**
 * What the database itself refuses, whoever writes. Each refusal carries the name of the rule as `constraint`
 * (SQLSTATE 23514), so that the service can tell its callers which one it was.
 */
export const GUARDS: readonly string[] = [
  // Rows are closed once, never overwritten and never deleted.
  `create function keep_relationship_rows() returns trigger language plpgsql as $$
   begin
     if tg_op in ('DELETE', 'TRUNCATE') then
       raise exception '% rows are closed, not deleted', tg_table_name using errcode = '23514', constraint = 'rows_are_kept';
     end if;
     if old.valid_to is not null or new.valid_to is null
        or to_jsonb(new) - array['valid_to', 'ended_by', 'ended_revision']
           <> to_jsonb(old) - array['valid_to', 'ended_by', 'ended_revision'] then
       raise exception '% rows are closed once and not changed otherwise', tg_table_name
         using errcode = '23514', constraint = 'rows_are_kept';
     end if;
     return new;
   end $$`,
  ...['member', 'ad_account_member', 'account_link', 'account_grant', 'assignment'].flatMap((table) => [
    `create trigger ${table}_rows_are_kept before update or delete on ${table}
       for each row execute function keep_relationship_rows()`,
    `create trigger ${table}_is_kept before truncate on ${table}
       for each statement execute function keep_relationship_rows()`,
  ]),
  `create function keep_audit_entries() returns trigger language plpgsql as $$
   begin
     raise exception 'audit entries are only added' using errcode = '23514', constraint = 'rows_are_kept';
   end $$`,
  `create trigger audit_entry_rows_are_kept before update or delete on audit_entry
     for each row execute function keep_audit_entries()`,
  `create trigger audit_entry_is_kept before truncate on audit_entry
     for each statement execute function keep_audit_entries()`,

  // An assignment needs its current grant (same Business Center, same account), scopes within it, and a current member.
  // The rows that it leans on are locked, so that a concurrent revocation or removal waits, or is seen.
  `create function check_assignments() returns trigger language plpgsql as $$
   begin
     perform 1 from account_grant g where g.id in (select grant_id from opened) order by g.id for share;
     perform 1 from member m where m.valid_to is null and (m.bc_id, m.user_id) in (select bc_id, user_id from opened)
       order by m.id for share;
     if exists (
       select from opened o
       left join account_grant g on g.id = o.grant_id and g.valid_to is null and g.bc_id = o.bc_id
         and g.tiktok_account_id = o.tiktok_account_id and o.scopes <@ g.scopes
       where o.valid_to is null and g.id is null
     ) then
       raise exception 'an assignment needs a current account grant that holds its scopes'
         using errcode = '23514', constraint = 'assignment_within_current_grant';
     end if;
     if exists (
       select from opened o
       left join member m on m.bc_id = o.bc_id and m.user_id = o.user_id and m.valid_to is null
       where o.valid_to is null and m.id is null
     ) then
       raise exception 'an assignment needs a current member' using errcode = '23514', constraint = 'assignment_to_member';
     end if;
     return null;
   end $$`,
  `create trigger assignment_opened after insert on assignment referencing new table as opened
     for each statement execute function check_assignments()`,

  // Closing a grant or a membership leaves no current assignment behind: checked when the transaction commits.
  `create function check_grant_closed() returns trigger language plpgsql as $$
   begin
     if exists (select from assignment a where a.grant_id = new.id and a.valid_to is null) then
       raise exception 'a revoked account grant leaves no assignment behind'
         using errcode = '23514', constraint = 'assignment_within_current_grant';
     end if;
     return null;
   end $$`,
  `create constraint trigger account_grant_closed after update on account_grant deferrable initially deferred
     for each row execute function check_grant_closed()`,
  `create function check_member_closed() returns trigger language plpgsql as $$
   begin
     if exists (select from assignment a where a.bc_id = new.bc_id and a.user_id = new.user_id and a.valid_to is null)
        and not exists (select from member m where m.bc_id = new.bc_id and m.user_id = new.user_id and m.valid_to is null)
     then
       raise exception 'a removed member keeps no assignment' using errcode = '23514', constraint = 'assignment_to_member';
     end if;
     return null;
   end $$`,
  `create constraint trigger member_closed after update on member deferrable initially deferred
     for each row execute function check_member_closed()`,

  // Known limits. The parents are locked first, so that two writers cannot both take the last place.
  `create function check_member_limits() returns trigger language plpgsql as $$
   declare over text;
   begin
     perform 1 from business_center b where b.bc_id in (select bc_id from opened) order by b.bc_id for no key update;
     select m.bc_id into over from member m
       where m.valid_to is null and m.bc_id in (select bc_id from opened)
       group by m.bc_id having count(*) > (select value from known_limit where name = 'members_per_business_center') limit 1;
     if over is not null then
       raise exception 'business center % has as many members as it may have', over
         using errcode = '23514', constraint = 'members_per_business_center';
     end if;
     select m.bc_id into over from member m
       where m.valid_to is null and m.user_role = 'ADMIN' and m.bc_id in (select bc_id from opened)
       group by m.bc_id having count(*) > (select value from known_limit where name = 'admins_per_business_center') limit 1;
     if over is not null then
       raise exception 'business center % has as many administrators as it may have', over
         using errcode = '23514', constraint = 'admins_per_business_center';
     end if;
     return null;
   end $$`,
  `create trigger member_opened after insert on member referencing new table as opened
     for each statement execute function check_member_limits()`,
  `create function check_grant_limits() returns trigger language plpgsql as $$
   declare over text;
   begin
     perform 1 from business_center b where b.bc_id in (select bc_id from opened) order by b.bc_id for no key update;
     perform 1 from tiktok_account t where t.id in (select tiktok_account_id from opened) order by t.id for no key update;
     select g.bc_id into over from account_grant g
       where g.valid_to is null and g.bc_id in (select bc_id from opened)
       group by g.bc_id having count(*) > (select value from known_limit where name = 'accounts_per_business_center') limit 1;
     if over is not null then
       raise exception 'business center % holds as many TikTok accounts as it may hold', over
         using errcode = '23514', constraint = 'accounts_per_business_center';
     end if;
     select g.tiktok_account_id into over from account_grant g
       where g.valid_to is null and g.tiktok_account_id in (select tiktok_account_id from opened)
       group by g.tiktok_account_id
       having count(*) > (select value from known_limit where name = 'business_centers_per_account') limit 1;
     if over is not null then
       raise exception 'TikTok account % is granted to as many business centers as it may be', over
         using errcode = '23514', constraint = 'business_centers_per_account';
     end if;
     return null;
   end $$`,
  `create trigger account_grant_opened after insert on account_grant referencing new table as opened
     for each statement execute function check_grant_limits()`,
];
