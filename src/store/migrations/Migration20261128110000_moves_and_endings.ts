import { Migration } from '@mikro-orm/migrations';

/**
 * An ad account that leaves its Business Center leaves no role behind, whoever writes. And imports look for who ended a
 * row last, for which ended rows are found by their keys; accounts look for their entries in the trail of one Business
 * Center, which by now holds all that was imported into it.
 */
export class Migration20261128110000_moves_and_endings extends Migration {
  override up(): void {
    this.addSql(`create index member_ended on member (bc_id, user_id) where valid_to is not null`);
    this.addSql(
      `create index ad_account_member_ended on ad_account_member (advertiser_id, user_id) where valid_to is not null`,
    );
    this.addSql(
      `create index account_link_ended on account_link (tiktok_account_id, user_id) where valid_to is not null`,
    );
    // A role that is being opened locks its ad account, so that a move waits for it and sees it.
    this.addSql(`create function lock_ad_accounts() returns trigger language plpgsql as $$
      begin
        perform 1 from ad_account a where a.advertiser_id = any (array(select distinct advertiser_id from opened))
          order by a.advertiser_id for share;
        return null;
      end $$`);
    this.addSql(`create trigger ad_account_member_opened after insert on ad_account_member referencing new table as opened
      for each statement execute function lock_ad_accounts()`);
    this.addSql(`create function check_ad_account_moved() returns trigger language plpgsql as $$
      begin
        if exists (select from ad_account_member m where m.advertiser_id = new.advertiser_id and m.valid_to is null) then
          raise exception 'an ad account that leaves its business center leaves no role behind'
            using errcode = '23514', constraint = 'ad_account_move_ends_roles';
        end if;
        return new;
      end $$`);
    this.addSql(`create trigger ad_account_moved before update on ad_account for each row
      when (old.bc_id is not null and old.bc_id is distinct from new.bc_id)
      execute function check_ad_account_moved()`);
  }
}
