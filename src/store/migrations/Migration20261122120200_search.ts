import { Migration } from '@mikro-orm/migrations';

/** Searches find whoever uses an account, and administrators, in the order of their ids. */
export class Migration20261122120200_search extends Migration {
  override up(): void {
    this.addSql(`create index assignment_of_account on assignment (tiktok_account_id, user_id) where valid_to is null`);
    this.addSql(`create index member_by_role on member (bc_id, user_role, user_id) where valid_to is null`);
  }
}
