import { Migration } from '@mikro-orm/migrations';

/** What a role that does not own the schema takes to serve on it. */
export class Migration20261128200000_roles extends Migration {
  override up(): void {
    // Guards look at the tables of their own schema, whatever temporary tables a session has made of the same names.
    for (const guard of GUARDS) {
      this.addSql(`do $migration$ begin
        execute format('alter function ${guard}() set search_path = pg_catalog, %I, pg_temp', current_schema());
      end $migration$`);
    }
    // ANALYZE takes the owner; a privilege for it came with PostgreSQL 17 only, and would allow more.
    this.addSql(`do $migration$ begin
      execute format($statement$
        create function analyze_relationships() returns void language plpgsql security definer
        set search_path = pg_catalog, %I, pg_temp as $body$
        begin
          analyze business_center, member, ad_account, ad_account_member, tiktok_account, account_link, account_grant,
            assignment, audit_entry;
        end $body$ $statement$, current_schema());
    end $migration$`);
    this.addSql('revoke all on function analyze_relationships() from public');
  }
}

const GUARDS = [
  'keep_relationship_rows',
  'keep_audit_entries',
  'check_assignments',
  'check_grant_closed',
  'check_member_closed',
  'check_member_limits',
  'check_grant_limits',
  'keep_way_in',
  'lock_ad_accounts',
  'check_ad_account_moved',
];
