import { Migration } from '@mikro-orm/migrations';

/**
 * What administrators note on a request for themselves: it takes part in no decision, so that it has no past. And the
 * way to what an owner declined.
 */
export class Migration20261128390000_request_notes extends Migration {
  override up(): void {
    this.addSql(`alter table access_request add column note text
      constraint access_request_note check (char_length(note) <= 200)`);
    this.addSql(
      `create index access_request_declined on access_request (closed_by, closed_at) where status = 'DECLINED'`,
    );
  }
}
