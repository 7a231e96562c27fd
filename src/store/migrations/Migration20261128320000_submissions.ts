import { Migration } from '@mikro-orm/migrations';

/** What forms had, every write may have: a key by which it is carried out once, and its answer given again. */
export class Migration20261128320000_submissions extends Migration {
  override up(): void {
    this.addSql('alter table form_submission rename to submission');
    this.addSql('alter table submission rename constraint form_submission_pkey to submission_pkey');
    this.addSql('alter index form_submission_at rename to submission_at');
    this.addSql('alter table submission rename column hash to key');
    this.addSql('alter table submission drop constraint form_submission_hash_length');
    // The key of a form holds what was sent.
    this.addSql('alter table submission add column sent bytea null');
    this.addSql('update submission set sent = key');
    this.addSql('alter table submission alter column sent set not null');
    this.addSql(
      'alter table submission add constraint submission_hash_lengths check (octet_length(key) = 32 and octet_length(sent) = 32)',
    );
    this.addSql('alter table submission alter column kept type json');
    this.addSql('alter table submission add column write_id uuid null, add column revision text null');
  }
}
