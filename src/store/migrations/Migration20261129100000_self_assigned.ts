import { Migration } from '@mikro-orm/migrations';

/**
 * Which of the assigned scopes a member added themself: rows that are there already do not say, so they say none. And the
 * way to the requests of a user.
 */
export class Migration20261129100000_self_assigned extends Migration {
  override up(): void {
    this.addSql(`alter table assignment add column self_assigned text[] not null default '{}'`);
    this.addSql(`alter table assignment add constraint assignment_self_assigned check (self_assigned <@ scopes)`);
    this.addSql(`create index access_request_of_requester on access_request (requested_by, id)`);
  }
}
