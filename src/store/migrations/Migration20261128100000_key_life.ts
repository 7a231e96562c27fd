import { Migration } from '@mikro-orm/migrations';

/** API keys expire, are rotated with an overlap, and tell when they were last used; the last way in stays. */
export class Migration20261128100000_key_life extends Migration {
  override up(): void {
    this.addSql(`alter table api_key
      add column expires_at timestamptz(3) null,
      add column last_used_on date null,
      add column previous_secret_hash bytea null,
      add column previous_secret_until timestamptz(3) null,
      add constraint api_key_previous_secret check ((previous_secret_hash is null) = (previous_secret_until is null) and octet_length(previous_secret_hash) = 32)`);
    // A key with the permission admin that is neither confined nor expires is a way in; one of them always remains.
    // The other is locked, so that of two revocations at once one waits, and is refused.
    this.addSql(`create function keep_way_in() returns trigger language plpgsql as $$
      declare other uuid;
      begin
        if tg_op = 'UPDATE' and new.revoked_at is null and new.expires_at is null and new.bc_ids is null
           and 'admin' = any (new.permissions) then
          return null;
        end if;
        select k.id into other from api_key k
          where k.id <> old.id and k.revoked_at is null and k.expires_at is null and k.bc_ids is null
            and 'admin' = any (k.permissions)
          order by k.id limit 1 for update;
        if other is null then
          raise exception 'the last administrator key stays' using errcode = '23514', constraint = 'api_key_way_in';
        end if;
        return null;
      end $$`);
    this.addSql(`create trigger api_key_way_in after update or delete on api_key
      for each row when (old.revoked_at is null and old.expires_at is null and old.bc_ids is null
        and 'admin' = any (old.permissions)) execute function keep_way_in()`);
  }
}
