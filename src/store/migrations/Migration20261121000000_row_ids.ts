import { Migration } from '@mikro-orm/migrations';

/**
 * Makes `uuidv7()` where there is none: PostgreSQL has one of its own since 18, which is found before any other, so all
 * later migrations say `uuidv7()` and mean what there is. It comes first, although it was written last.
 */
export class Migration20261121000000_row_ids extends Migration {
  override up(): void {
    this.addSql(`do $migration$ begin
      if to_regprocedure('uuidv7()') is null then execute $statement$${UUIDV7}$statement$; end if;
    end $migration$`);
  }
}

/**
 * UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds since 1970; after the version 12 bits of 4096ths of a
 * millisecond (section 6.2, method 3); after the variant 62 random bits, which are those of a random UUID. As with
 * PostgreSQL's own, each id of a session is greater than the one before, also when the clock is set back: the order of
 * the audit trail within a write depends on it.
 */
export const UUIDV7 = `create function uuidv7() returns uuid language plpgsql as $$
  declare
    last bigint := nullif(current_setting('sparkgate.last_uuidv7', true), '');
    stamp bigint := floor(extract(epoch from clock_timestamp()) * 4096000);
    hex text;
  begin
    if stamp <= last then stamp := last + 1; end if;
    hex := lpad(to_hex(set_config('sparkgate.last_uuidv7', stamp::text, false)::bigint), 15, '0');
    return left(hex, 12) || '7' || right(hex, 3) || right(gen_random_uuid()::text, 17);
  end $$`;
