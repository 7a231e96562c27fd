import { Migration } from '@mikro-orm/migrations';

/**
 * An import learns from the notes of changes what others wrote beside it, so that names of users are noted, too. And what
 * it opened it does not lock when it commits: whoever closes what that leans on passes the gate that imports take.
 */
export class Migration20261129110000_imports_beside extends Migration {
  override up(): void {
    for (const statement of [...NAMES, ...GROUND]) this.addSql(statement);
    for (const name of ['note_user_profiles', 'check_ground_at_commit', 'check_grant_closed', 'check_member_closed']) {
      this.addSql(`do $migration$ begin
        execute format('alter function ${name}() set search_path = pg_catalog, %I, pg_temp', current_schema());
      end $migration$`);
    }
  }
}

const MOST_ROWS = 10_000;

/** No fact that is kept in memory leans on a name, so that of many users their own key says that any may have changed. */
const NAMES = [
  `create function note_user_profiles() returns trigger language plpgsql as $$
   begin
     if exists (select from changed offset ${MOST_ROWS}) then insert into relationship_change (key) values ('user_profile');
     else insert into relationship_change (key) select distinct 'user_profile:' || id from changed;
     end if;
     return null;
   end $$`,
  ...['insert', 'update'].map(
    (event) =>
      `create trigger user_profile_${event}_noted after ${event} on user_profile referencing new table as changed
         for each statement execute function note_user_profiles()`,
  ),
];

/** The key of the gate that an import takes alone, and all other writes share. */
const GATE = '-7460327318090389527';

const refuse = (says: string, constraint: string): string =>
  `raise exception '${says}' using errcode = '23514', constraint = '${constraint}';`;

const GROUND = [
  // Whoever ends a grant or a membership waits for an import that commits, and then sees what it has opened.
  `create or replace function check_grant_closed() returns trigger language plpgsql as $$
   begin
     perform pg_advisory_xact_lock_shared(${GATE});
     if exists (select from assignment a where a.grant_id = new.id and a.valid_to is null) then
       ${refuse('a revoked account grant leaves no assignment behind', 'assignment_within_current_grant')}
     end if;
     return null;
   end $$`,
  `create or replace function check_member_closed() returns trigger language plpgsql as $$
   begin
     perform pg_advisory_xact_lock_shared(${GATE});
     if exists (select from assignment a where a.bc_id = new.bc_id and a.user_id = new.user_id and a.valid_to is null)
        and not exists (select from member m where m.bc_id = new.bc_id and m.user_id = new.user_id and m.valid_to is null)
     then
       ${refuse('a removed member keeps no assignment', 'assignment_to_member')}
     end if;
     return null;
   end $$`,
  // Of many members, those that are gone are found first: there are few of them, and each is then looked up.
  `create or replace function check_ground_at_commit() returns trigger language plpgsql as $$
   begin
     if new.rule = 'grants of assignments' then
       perform pg_advisory_xact_lock(${GATE});
       if exists (select from account_grant g where g.id = any (new.ids::uuid[]) and g.valid_to is not null
                     and exists (select from assignment a where a.grant_id = g.id and a.valid_to is null)) then
         ${refuse('an assignment needs a current account grant that holds its scopes', 'assignment_within_current_grant')}
       end if;
     elsif new.rule = 'members of assignments' then
       perform pg_advisory_xact_lock(${GATE});
       if exists (select from (
                    select o.bc_id, o.user_id from unnest(new.ids, new.others) o (bc_id, user_id)
                     where not exists (
                       select from member m where m.bc_id = o.bc_id and m.user_id = o.user_id and m.valid_to is null)
                    offset 0) gone
                   where exists (
                     select from assignment a
                      where a.bc_id = gone.bc_id and a.user_id = gone.user_id and a.valid_to is null)) then
         ${refuse('an assignment needs a current member', 'assignment_to_member')}
       end if;
     else
       perform 1 from ad_account a where a.advertiser_id = any (new.ids) order by a.advertiser_id for share;
       if exists (select from unnest(new.ids, new.others) o (advertiser_id, bc_id)
                    join ad_account a on a.advertiser_id = o.advertiser_id and a.bc_id is distinct from o.bc_id
                   where o.bc_id is not null
                     and exists (select from ad_account_member m where m.advertiser_id = o.advertiser_id and m.valid_to is null)) then
         ${refuse('an ad account that leaves its business center leaves no role behind', 'ad_account_move_ends_roles')}
       end if;
     end if;
     delete from commit_check c where c.id = new.id;
     return null;
   end $$`,
];
