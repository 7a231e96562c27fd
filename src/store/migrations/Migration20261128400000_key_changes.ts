import { Migration } from '@mikro-orm/migrations';

/** Changes of API keys are noted where changes of facts are, so that whoever looks for those learns of them, too. */
export class Migration20261128400000_key_changes extends Migration {
  override up(): void {
    this.addSql(`create function note_api_keys() returns trigger language plpgsql as $$
      begin
        insert into relationship_change (key) values ('api_key');
        return null;
      end $$`);
    // The day of the last use, which is written without anybody's waiting, changes nothing of what a key opens.
    this.addSql(`create trigger api_key_noted
      after delete or update of name, permissions, bc_ids, secret_hash, previous_secret_hash, previous_secret_until,
        expires_at, revoked_at on api_key
      for each statement execute function note_api_keys()`);
    this.addSql(`do $migration$ begin
      execute format('alter function note_api_keys() set search_path = pg_catalog, %I, pg_temp', current_schema());
    end $migration$`);
  }
}
