import { Migration } from '@mikro-orm/migrations';

/**
 * What is overwritten in place has a version, which the database changes with every state of a row, whoever writes. Rows
 * that are there already begin with one and the same, without being rewritten: a version is compared for one row alone.
 */
export class Migration20261128210000_versions extends Migration {
  override up(): void {
    for (const table of ['business_center', 'ad_account', 'tiktok_account', 'entity']) {
      this.addSql(
        `alter table ${table} add column version uuid not null default '00000000-0000-4000-8000-000000000000'`,
      );
      this.addSql(`alter table ${table} alter column version set default gen_random_uuid()`);
    }
    this.addSql(`do $migration$ begin
      execute format($statement$
        create function change_version() returns trigger language plpgsql
        set search_path = pg_catalog, %I, pg_temp as $body$
        begin
          new.version := gen_random_uuid();
          return new;
        end $body$ $statement$, current_schema());
    end $migration$`);
    for (const table of ['business_center', 'ad_account', 'tiktok_account', 'entity']) {
      this.addSql(`create trigger ${table}_version before update on ${table}
        for each row when (old is distinct from new) execute function change_version()`);
    }
  }
}
