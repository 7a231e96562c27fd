import { Migration } from '@mikro-orm/migrations';

/** A write keeps what it saw, so that it can be told what came after it. */
export class Migration20261128330000_snapshots extends Migration {
  override up(): void {
    this.addSql('alter table relationship_write add column snapshot pg_snapshot null');
    this.addSql('alter table relationship_write alter column snapshot set default pg_current_snapshot()');
  }
}
