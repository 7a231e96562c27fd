import { Migration } from '@mikro-orm/migrations';

/** What users are called. Facts lean on users by their ids alone, so that nothing refers to these rows. */
export class Migration20261128360000_users extends Migration {
  override up(): void {
    this.addSql(`create table user_profile (
        id text not null,
        display_name text,
        email text,
        version uuid not null default gen_random_uuid(),
        since timestamptz not null default clock_timestamp(),
        primary key (id)
      )`);
    this.addSql(`create trigger user_profile_version before update on user_profile
      for each row when (old is distinct from new) execute function change_version()`);
  }
}
