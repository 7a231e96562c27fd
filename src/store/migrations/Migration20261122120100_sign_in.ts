import { Migration } from '@mikro-orm/migrations';

/** Sign-ins of people at the pages. */
export class Migration20261122120100_sign_in extends Migration {
  override up(): void {
    this.addSql(`create table sign_in (
        id uuid not null default uuidv7(),
        token_hash bytea not null,
        previous_token_hash bytea null,
        renewed_at timestamptz(3) not null,
        subject_type text not null,
        subject_id text not null,
        display_name text null,
        issuer text null,
        created_at timestamptz(3) not null,
        last_seen_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        ended_at timestamptz(3) null,
        primary key (id)
      )`);
    this.addSql(`alter table sign_in add constraint sign_in_token unique (token_hash)`);
    this.addSql(`create index sign_in_previous_token on sign_in (previous_token_hash)`);
    this.addSql(`create index sign_in_expired on sign_in (expires_at)`);
    this.addSql(`alter table sign_in add constraint sign_in_token_hash_length check (octet_length(token_hash) = 32)`);
    this.addSql(
      `alter table sign_in add constraint sign_in_subject_type check (subject_type in ('user', 'tiktok_account'))`,
    );
  }
}
