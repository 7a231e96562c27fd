import { Migration } from '@mikro-orm/migrations';

/**
 * What is looked at when a write commits hangs on each row that it opens. An import opens too many of them, and says so
 * (`sparkgate.bulk`): for it each statement notes what is to be looked at, as before.
 */
export class Migration20261128370000_rows_at_commit extends Migration {
  override up(): void {
    for (const statement of [...LIMITS, ...GROUND]) this.addSql(statement);
    for (const name of ['member_within_limits', 'grant_within_limits', 'assignment_on_ground', 'check_assignments']) {
      this.addSql(`do $migration$ begin
        execute format('alter function ${name}() set search_path = pg_catalog, %I, pg_temp', current_schema());
      end $migration$`);
    }
  }
}

const IS_BULK = `current_setting('sparkgate.bulk', true) = 'on'`;

const rowsOf = (table: string, calls: string): string =>
  `create constraint trigger ${calls} after insert on ${table} deferrable initially deferred
     for each row when (${IS_BULK} is not true) execute function ${calls}()`;

const statementsOf = (table: string, calls: string): string[] => [
  `drop trigger ${table}_opened on ${table}`,
  `create trigger ${table}_opened after insert on ${table} referencing new table as opened
     for each statement when (${IS_BULK}) execute function ${calls}()`,
];

const within = (limit: string, it: string, says: string, count: string): string =>
  `perform refuse_over('${limit}', ${it}, '${says}')
     where (select count(*) from ${count}) > (select value from known_limit where name = '${limit}');`;

const LIMITS = [
  `create function member_within_limits() returns trigger language plpgsql as $$
   begin
     perform 1 from business_center b where b.bc_id = new.bc_id for no key update;
     ${within('members_per_business_center', 'new.bc_id', 'business center %s has as many members as it may have', 'member m where m.bc_id = new.bc_id and m.valid_to is null')}
     if new.user_role = 'ADMIN' then
       ${within('admins_per_business_center', 'new.bc_id', 'business center %s has as many administrators as it may have', `member m where m.bc_id = new.bc_id and m.user_role = 'ADMIN' and m.valid_to is null`)}
     end if;
     return null;
   end $$`,
  rowsOf('member', 'member_within_limits'),
  ...statementsOf('member', 'check_member_limits'),
  `create function grant_within_limits() returns trigger language plpgsql as $$
   begin
     perform 1 from business_center b where b.bc_id = new.bc_id for no key update;
     perform 1 from tiktok_account t where t.id = new.tiktok_account_id for no key update;
     ${within('accounts_per_business_center', 'new.bc_id', 'business center %s holds as many TikTok accounts as it may hold', 'account_grant g where g.bc_id = new.bc_id and g.valid_to is null')}
     ${within('business_centers_per_account', 'new.tiktok_account_id', 'TikTok account %s is granted to as many business centers as it may be', 'account_grant g where g.tiktok_account_id = new.tiktok_account_id and g.valid_to is null')}
     return null;
   end $$`,
  rowsOf('account_grant', 'grant_within_limits'),
  ...statementsOf('account_grant', 'check_grant_limits'),
];

const GROUND = [
  // That the scopes are within those of the grant is looked at at once, of every row.
  `create or replace function check_assignments() returns trigger language plpgsql as $$
   begin
     if exists (
       select from opened o
       left join account_grant g on g.id = o.grant_id and g.bc_id = o.bc_id
         and g.tiktok_account_id = o.tiktok_account_id and o.scopes <@ g.scopes
       where o.valid_to is null and g.id is null
     ) then
       raise exception 'an assignment needs a current account grant that holds its scopes'
         using errcode = '23514', constraint = 'assignment_within_current_grant';
     end if;
     if ${IS_BULK} is not true then return null; end if;
     insert into commit_check (rule, ids)
       select 'grants of assignments', array_agg(distinct grant_id::text) from opened where valid_to is null
       having count(*) > 0;
     insert into commit_check (rule, ids, others)
       select 'members of assignments', array_agg(bc_id), array_agg(user_id)
         from (select distinct bc_id, user_id from opened where valid_to is null) o having count(*) > 0;
     return null;
   end $$`,
  // The rows that it leans on are locked, so that a revocation or a removal beside it waits, or is seen.
  `create function assignment_on_ground() returns trigger language plpgsql as $$
   begin
     perform 1 from account_grant g where g.id = new.grant_id for share;
     perform 1 from member m where m.bc_id = new.bc_id and m.user_id = new.user_id and m.valid_to is null for share;
     if not exists (select from assignment a where a.id = new.id and a.valid_to is null) then return null; end if;
     if not exists (select from account_grant g where g.id = new.grant_id and g.valid_to is null) then
       raise exception 'an assignment needs a current account grant that holds its scopes'
         using errcode = '23514', constraint = 'assignment_within_current_grant';
     end if;
     if not exists (select from member m where m.bc_id = new.bc_id and m.user_id = new.user_id and m.valid_to is null) then
       raise exception 'an assignment needs a current member' using errcode = '23514', constraint = 'assignment_to_member';
     end if;
     return null;
   end $$`,
  rowsOf('assignment', 'assignment_on_ground'),
];
