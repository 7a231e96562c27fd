import { Migration } from '@mikro-orm/migrations';

/**
 * Writes without a lock that all share. Each is a row of its own, and is numbered after its commit; the row that all of
 * them locked is gone, so that an earlier version which still runs can neither write nor decide beside this one.
 */
export class Migration20261128300000_writes extends Migration {
  override up(): void {
    for (const statement of [...WRITES, ...IDS_OF_WRITES, ...GATES, ...AT_COMMIT]) this.addSql(statement);
    this.addSql('drop table relationship_revision');
    for (const guard of PATHS) {
      this.addSql(`do $migration$ begin
        execute format('alter function ${guard} set search_path = pg_catalog, %I, pg_temp', current_schema());
      end $migration$`);
    }
  }
}

/** What was a count becomes the id of a write: one that no other cluster gives, and that sorts as the count did. */
const fromCount = (column: string): string => `lpad(to_hex(${column}), 32, '0')::uuid`;

/** Numbers are given after the commit, in a table of their own, so that neither a write nor its trail is touched again. */
const WRITES = [
  `create table relationship_write (
    id uuid not null,
    xid xid8 null default pg_current_xact_id(),
    at timestamptz not null,
    primary key (id)
  )`,
  `create table unsealed_write (id uuid not null, primary key (id))`,
  `create table sealed_write (
    seq bigint not null,
    write_id uuid not null,
    sealed_at timestamptz(3) not null,
    primary key (seq)
  )`,
  `alter table sealed_write add constraint sealed_write_once unique (write_id)`,
  `create table sealed_trail (bc_id text not null, seq bigint not null, write_id uuid not null, primary key (bc_id, seq))`,
  `insert into relationship_write (id, xid, at)
   select ${fromCount('revision')}, null, min(at) from audit_entry group by revision`,
  `insert into sealed_write (seq, write_id, sealed_at)
   select revision, ${fromCount('revision')}, max(min(at)) over (order by revision) from audit_entry group by revision`,
  `insert into sealed_trail (bc_id, seq, write_id)
   select distinct bc_id, revision, ${fromCount('revision')} from audit_entry where bc_id is not null`,
  ...['relationship_write', 'sealed_write', 'sealed_trail'].flatMap((table) => [
    `create trigger ${table}_rows_are_kept before update or delete on ${table}
       for each row execute function keep_audit_entries()`,
    `create trigger ${table}_is_kept before truncate on ${table}
       for each statement execute function keep_audit_entries()`,
  ]),
  // Whoever reads in order seals first what was committed by then. The order is that of the last statement of each write,
  // so no effect comes before its cause.
  `create function seal_writes() returns void language plpgsql as $$
   declare last bigint; since timestamptz(3);
   begin
     perform pg_advisory_xact_lock(hashtextextended('sparkgate seal_writes', 0));
     if not exists (select from unsealed_write) then return; end if;
     select seq, sealed_at into last, since from sealed_write order by seq desc limit 1;
     with due as (delete from unsealed_write returning id),
          numbered as (
            select coalesce(last, 0) + row_number() over (order by w.at, w.id) as seq, w.id
              from due join relationship_write w on w.id = due.id),
          sealed as (
            insert into sealed_write (seq, write_id, sealed_at)
            select seq, id, greatest(since, clock_timestamp()::timestamptz(3)) from numbered)
     insert into sealed_trail (bc_id, seq, write_id)
     select distinct e.bc_id, n.seq, n.id from numbered n join audit_entry e on e.write_id = n.id
      where e.bc_id is not null;
   end $$`,
];

const RELATIONSHIPS = ['member', 'ad_account_member', 'account_link', 'account_grant', 'assignment'];

const IDS_OF_WRITES = [
  // Nothing may wait for a check at commit while a table is rewritten.
  'set constraints all immediate',
  ...RELATIONSHIPS.flatMap((table) => [
    `alter table ${table}
       alter column begun_revision type uuid using ${fromCount('begun_revision')},
       alter column ended_revision type uuid using ${fromCount('ended_revision')}`,
    `alter table ${table} rename column begun_revision to begun_write`,
    `alter table ${table} rename column ended_revision to ended_write`,
  ]),
  `alter table access_request alter column revision type uuid using ${fromCount('revision')}`,
  'alter table access_request rename column revision to last_write',
  `alter table audit_entry alter column revision type uuid using ${fromCount('revision')}`,
  'alter table audit_entry rename column revision to write_id',
  'create index audit_entry_of_write on audit_entry (write_id, bc_id, id)',
  // A membership stays the same one while its role changes.
  'alter table member add column membership_id uuid null',
  'alter table member disable trigger user',
  `update member m set membership_id = of_row.membership_id
     from (select id, first_value(id) over (partition by bc_id, user_id, life order by valid_from, id) as membership_id
             from (select id, bc_id, user_id, valid_from,
                          sum(begins) over (partition by bc_id, user_id order by valid_from, id) as life
                     from (select id, bc_id, user_id, valid_from,
                                  case when lag(valid_to) over (partition by bc_id, user_id order by valid_from, id)
                                            = valid_from then 0 else 1 end as begins from member) as it) as it) as of_row
    where m.id = of_row.id`,
  'alter table member enable trigger user',
  'alter table member alter column membership_id set not null',
  'alter table member alter column membership_id set default uuidv7()',
  'create unique index member_of_membership on member (membership_id) where valid_to is null',
  `create or replace function keep_relationship_rows() returns trigger language plpgsql as $$
   begin
     if tg_op in ('DELETE', 'TRUNCATE') then
       raise exception '% rows are closed, not deleted', tg_table_name using errcode = '23514', constraint = 'rows_are_kept';
     end if;
     if old.valid_to is not null or new.valid_to is null
        or to_jsonb(new) - array['valid_to', 'ended_by', 'ended_write']
           <> to_jsonb(old) - array['valid_to', 'ended_by', 'ended_write'] then
       raise exception '% rows are closed once and not changed otherwise', tg_table_name
         using errcode = '23514', constraint = 'rows_are_kept';
     end if;
     return new;
   end $$`,
];

/** A write takes its gates in one order, whatever it is, and then looks at the clock. */
const GATES = [
  `create function begin_write(shared bigint[], taken bigint[]) returns timestamptz(3) language plpgsql as $$
   declare gate record;
   begin
     for gate in
       select key, bool_or(exclusive) as exclusive
         from (select unnest(shared) as key, false as exclusive union all select unnest(taken), true) g
        group by key order by key
     loop
       if gate.exclusive then perform pg_advisory_xact_lock(gate.key);
       else perform pg_advisory_xact_lock_shared(gate.key); end if;
     end loop;
     return clock_timestamp();
   end $$`,
];

/**
 * What the database refuses when a write commits: each statement notes what is to be looked at, and the locks that a
 * look takes are held from then to the commit, and not for as long as a write takes.
 */
const AT_COMMIT = [
  `create unlogged table commit_check (
    id uuid not null default gen_random_uuid(),
    rule text not null,
    ids text[] not null,
    others text[] null,
    primary key (id)
  )`,
  `create or replace function check_member_limits() returns trigger language plpgsql as $$
   begin
     insert into commit_check (rule, ids)
       select 'member limits', array_agg(distinct bc_id) from opened having count(*) > 0;
     return null;
   end $$`,
  `create or replace function check_grant_limits() returns trigger language plpgsql as $$
   begin
     insert into commit_check (rule, ids, others)
       select 'grant limits', array_agg(distinct bc_id), array_agg(distinct tiktok_account_id) from opened
       having count(*) > 0;
     return null;
   end $$`,
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
     insert into commit_check (rule, ids)
       select 'grants of assignments', array_agg(distinct grant_id::text) from opened where valid_to is null
       having count(*) > 0;
     insert into commit_check (rule, ids, others)
       select 'members of assignments', array_agg(bc_id), array_agg(user_id)
         from (select distinct bc_id, user_id from opened where valid_to is null) o having count(*) > 0;
     return null;
   end $$`,
  `create or replace function lock_ad_accounts() returns trigger language plpgsql as $$
   begin
     insert into commit_check (rule, ids, others)
       select 'ad accounts of roles', array_agg(a.advertiser_id), array_agg(a.bc_id)
         from ad_account a where a.advertiser_id in (select advertiser_id from opened where valid_to is null)
       having count(*) > 0;
     return null;
   end $$`,
  `create function refuse_over(rule text, over text, says text) returns void language plpgsql as $$
   begin
     if over is not null then
       raise exception '%', format(says, over) using errcode = '23514', constraint = rule;
     end if;
   end $$`,
  // One at a time, each by its index: a plan for any number of them would read the whole table for one.
  `create function check_limits_at_commit() returns trigger language plpgsql as $$
   declare
     it text;
     most int;
     admins int;
   begin
     perform 1 from business_center b where b.bc_id = any (new.ids) order by b.bc_id for no key update;
     if new.rule = 'member limits' then
       select value into most from known_limit where name = 'members_per_business_center';
       select value into admins from known_limit where name = 'admins_per_business_center';
       foreach it in array new.ids loop
         perform refuse_over('members_per_business_center', it, 'business center %s has as many members as it may have')
           where (select count(*) from member m where m.bc_id = it and m.valid_to is null) > most;
         perform refuse_over('admins_per_business_center', it, 'business center %s has as many administrators as it may have')
           where (select count(*) from member m where m.bc_id = it and m.user_role = 'ADMIN' and m.valid_to is null) > admins;
       end loop;
     else
       perform 1 from tiktok_account t where t.id = any (new.others) order by t.id for no key update;
       select value into most from known_limit where name = 'accounts_per_business_center';
       foreach it in array new.ids loop
         perform refuse_over('accounts_per_business_center', it, 'business center %s holds as many TikTok accounts as it may hold')
           where (select count(*) from account_grant g where g.bc_id = it and g.valid_to is null) > most;
       end loop;
       select value into most from known_limit where name = 'business_centers_per_account';
       foreach it in array new.others loop
         perform refuse_over('business_centers_per_account', it, 'TikTok account %s is granted to as many business centers as it may be')
           where (select count(*) from account_grant g where g.tiktok_account_id = it and g.valid_to is null) > most;
       end loop;
     end if;
     delete from commit_check c where c.id = new.id;
     return null;
   end $$`,
  `create constraint trigger limits_at_commit after insert on commit_check deferrable initially deferred
     for each row when (new.rule in ('member limits', 'grant limits')) execute function check_limits_at_commit()`,
  // The rows that something leans on are locked, so that a revocation or a move beside it waits, or is seen.
  `create function check_ground_at_commit() returns trigger language plpgsql as $$
   begin
     if new.rule = 'grants of assignments' then
       perform 1 from account_grant g where g.id = any (new.ids::uuid[]) order by g.id for share;
       if exists (select from account_grant g where g.id = any (new.ids::uuid[]) and g.valid_to is not null
                     and exists (select from assignment a where a.grant_id = g.id and a.valid_to is null)) then
         raise exception 'an assignment needs a current account grant that holds its scopes'
           using errcode = '23514', constraint = 'assignment_within_current_grant';
       end if;
     elsif new.rule = 'members of assignments' then
       perform 1 from member m join unnest(new.ids, new.others) o (bc_id, user_id) using (bc_id, user_id)
         where m.valid_to is null order by m.id for share of m;
       if exists (select from unnest(new.ids, new.others) o (bc_id, user_id)
                   where not exists (select from member m where m.bc_id = o.bc_id and m.user_id = o.user_id and m.valid_to is null)
                     and exists (select from assignment a where a.bc_id = o.bc_id and a.user_id = o.user_id and a.valid_to is null)) then
         raise exception 'an assignment needs a current member' using errcode = '23514', constraint = 'assignment_to_member';
       end if;
     else
       perform 1 from ad_account a where a.advertiser_id = any (new.ids) order by a.advertiser_id for share;
       if exists (select from unnest(new.ids, new.others) o (advertiser_id, bc_id)
                    join ad_account a on a.advertiser_id = o.advertiser_id and a.bc_id is distinct from o.bc_id
                   where o.bc_id is not null
                     and exists (select from ad_account_member m where m.advertiser_id = o.advertiser_id and m.valid_to is null)) then
         raise exception 'an ad account that leaves its business center leaves no role behind'
           using errcode = '23514', constraint = 'ad_account_move_ends_roles';
       end if;
     end if;
     delete from commit_check c where c.id = new.id;
     return null;
   end $$`,
  `create constraint trigger ground_at_commit after insert on commit_check deferrable initially deferred
     for each row when (new.rule not in ('member limits', 'grant limits')) execute function check_ground_at_commit()`,
];

/** Functions that look at the tables of their own schema alone. */
const PATHS = [
  'keep_relationship_rows()',
  'seal_writes()',
  'begin_write(bigint[], bigint[])',
  'check_member_limits()',
  'check_grant_limits()',
  'check_assignments()',
  'lock_ad_accounts()',
  'refuse_over(text, text, text)',
  'check_limits_at_commit()',
  'check_ground_at_commit()',
];
