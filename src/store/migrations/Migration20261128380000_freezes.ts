import { Migration } from '@mikro-orm/migrations';

/** R13: what is frozen, by whom, why, since when and until when. Rows are closed once, as those of relationships are. */
export class Migration20261128380000_freezes extends Migration {
  override up(): void {
    for (const statement of FREEZES) this.addSql(statement);
    this.addSql(`do $migration$ begin
      execute format('alter function note_freezes() set search_path = pg_catalog, %I, pg_temp', current_schema());
    end $migration$`);
  }
}

const FREEZES = [
  `create table resource_freeze (
    id uuid not null default uuidv7(),
    kind text not null,
    resource_id text not null,
    authority text not null,
    reason text not null,
    until timestamptz(3) null,
    valid_from timestamptz(3) not null,
    valid_to timestamptz(3) null,
    begun_by text not null,
    ended_by text null,
    begun_write uuid not null,
    ended_write uuid null,
    primary key (id)
  )`,
  `alter table resource_freeze add constraint resource_freeze_kind check (kind in ('business_center', 'tiktok_account', 'ad_account'))`,
  `alter table resource_freeze add constraint resource_freeze_authority check (authority in ('SERVICE', 'BUSINESS_CENTER', 'OWNER'))`,
  `alter table resource_freeze add constraint resource_freeze_validity check (valid_to >= valid_from)`,
  `create unique index resource_freeze_current on resource_freeze (kind, resource_id, authority) where valid_to is null`,
  `create trigger resource_freeze_rows_are_kept before update or delete on resource_freeze
     for each row execute function keep_relationship_rows()`,
  `create trigger resource_freeze_is_kept before truncate on resource_freeze
     for each statement execute function keep_relationship_rows()`,
  // That a freeze ends by itself is no write: whoever keeps rows of it in memory compares the time.
  `create function note_freezes() returns trigger language plpgsql as $$
   begin
     insert into relationship_change (key) select distinct kind || ':' || resource_id from changed;
     return null;
   end $$`,
  ...['insert', 'update'].map(
    (event) =>
      `create trigger resource_freeze_${event}_noted after ${event} on resource_freeze referencing new table as changed
         for each statement execute function note_freezes()`,
  ),
];
