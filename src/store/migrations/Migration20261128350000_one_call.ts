import { Migration } from '@mikro-orm/migrations';

/** What every write ends with is one call, whose statements are planned once a connection. */
export class Migration20261128350000_one_call extends Migration {
  override up(): void {
    this.addSql('drop function begin_write(bigint[], bigint[])');
    this.addSql(
      `create function record_write(write uuid, began timestamptz, who text, with_key text, request text, entries jsonb)
       returns void language plpgsql as $$
       begin
         insert into relationship_write (id, at) values (write, clock_timestamp());
         insert into unsealed_write (id) values (write);
         insert into audit_entry
           (write_id, at, actor, api_key, request_id, event, bc_id, subject_type, subject_id, before, after, flags)
         select write, began, who, with_key, request, e.event, e.bc_id, e.subject_type, e.subject_id, e.before, e.after,
                array(select jsonb_array_elements_text(e.flags))
           from rows from (jsonb_to_recordset(entries)
             as (event text, bc_id text, subject_type text, subject_id text, before jsonb, after jsonb, flags jsonb))
           with ordinality as e (event, bc_id, subject_type, subject_id, before, after, flags, n)
          order by n;
       end $$`,
    );
    this.addSql(`do $migration$ begin
      execute format('alter function record_write(uuid, timestamptz, text, text, text, jsonb) set search_path = pg_catalog, %I, pg_temp', current_schema());
    end $migration$`);
  }
}
