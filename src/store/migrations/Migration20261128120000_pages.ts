import { Migration } from '@mikro-orm/migrations';

/** Forms that were carried out; and whether the next token of a sign-in has come back from the browser. */
export class Migration20261128120000_pages extends Migration {
  override up(): void {
    this.addSql(`create table form_submission (
        hash bytea not null,
        at timestamptz(3) not null,
        kept jsonb not null,
        primary key (hash)
      )`);
    this.addSql(`create index form_submission_at on form_submission (at)`);
    this.addSql(
      `alter table form_submission add constraint form_submission_hash_length check (octet_length(hash) = 32)`,
    );
    this.addSql(`alter table sign_in add column token_taken boolean not null default true`);
  }
}
