import { Migration } from '@mikro-orm/migrations';

/**
 * What changed, for readers that keep facts in memory: keys of what facts hang on, with the transaction that changed them.
 * And what was overwritten in place: each state that a row had, and from when until when. Histories of rows that are there
 * already begin now.
 */
export class Migration20261128340000_changes extends Migration {
  override up(): void {
    for (const statement of [...CHANGES, ...NOTES, ...SINCE, ...PAST]) this.addSql(statement);
    for (const name of FUNCTIONS) {
      this.addSql(`do $migration$ begin
        execute format('alter function ${name}() set search_path = pg_catalog, %I, pg_temp', current_schema());
      end $migration$`);
    }
    // A plan that is made for one row serves all: for many, anything but a join of hashes would take hours.
    for (const table of Object.keys(OVERWRITTEN))
      this.addSql(`alter function keep_${table}() set enable_nestloop = off`);
  }
}

const CHANGES = [
  `create table relationship_change (xid xid8 not null default pg_current_xact_id(), key text not null)`,
  `create index relationship_change_xid on relationship_change (xid)`,
  // A crash, a promotion or a restored backup empties it: transactions' numbers may be given again then, and whoever
  // reads sees another epoch.
  `create unlogged table change_mark (
    one boolean not null default true,
    epoch uuid not null default gen_random_uuid(),
    trimmed xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
    due xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
    due_since timestamptz not null default clock_timestamp(),
    primary key (one)
  )`,
  'alter table change_mark add constraint change_mark_one_row check (one)',
  'insert into change_mark (one) values (true)',
  // What goes has stood for a minute at least. Numbers that were not given yet are those of another cluster.
  `create function trim_changes() returns void language plpgsql as $$
   begin
     if not pg_try_advisory_xact_lock(hashtextextended('sparkgate trim_changes', 0)) then return; end if;
     insert into change_mark (one) select true where not exists (select from change_mark);
     if exists (select from change_mark where due_since > clock_timestamp() - interval '1 minute') then return; end if;
     with gone as (
       delete from relationship_change c using change_mark m
        where c.xid < m.due or c.xid >= pg_snapshot_xmax(pg_current_snapshot()))
     update change_mark set trimmed = due, due = pg_snapshot_xmin(pg_current_snapshot()), due_since = clock_timestamp();
   end $$`,
];

/** What a fact hangs on, by the table that it is read from, as SQL: `type:id` of one thing. */
const KEYS = {
  member: `'user:' || user_id`,
  ad_account_member: `'user:' || user_id`,
  account_link: `'user:' || user_id`,
  assignment: `'user:' || user_id`,
  account_grant: `'tiktok_account:' || tiktok_account_id`,
  tiktok_account: `'tiktok_account:' || id`,
  business_center: `'business_center:' || bc_id`,
  ad_account: `'ad_account:' || advertiser_id`,
  access_request: `'access_request:' || id`,
  entity: `type || ':' || id`,
} as const;

/** Rows of one statement of which the keys are noted; of more, `*` says that anything may have changed. */
const MOST_ROWS = 10_000;

const RELATIONSHIPS = ['member', 'ad_account_member', 'account_link', 'assignment', 'account_grant'] as const;

const note = (key: string, rows: string, from = rows): string => `
     if exists (select from ${rows} offset ${MOST_ROWS}) then insert into relationship_change (key) values ('*');
     else insert into relationship_change (key) select distinct ${key} from ${from};
     end if;`;

const noting = (name: string, key: string): string =>
  `create function ${name}() returns trigger language plpgsql as $$
   begin${note(key, 'changed')}
     return null;
   end $$`;

const NOTES = [
  noting('note_users', KEYS.member),
  noting('note_accounts', KEYS.account_grant),
  // A row that is closed keeps its key.
  ...RELATIONSHIPS.flatMap((table) =>
    ['insert', 'update'].map(
      (event) =>
        `create trigger ${table}_${event}_noted after ${event} on ${table} referencing new table as changed
           for each statement execute function ${table === 'account_grant' ? 'note_accounts' : 'note_users'}()`,
    ),
  ),
];

/** What is overwritten in place: its key, and the columns of which each state is kept. */
const OVERWRITTEN: Readonly<Record<string, { key: readonly string[]; columns: readonly string[] }>> = {
  business_center: { key: ['bc_id'], columns: ['bc_id', 'name', 'version'] },
  ad_account: { key: ['advertiser_id'], columns: ['advertiser_id', 'name', 'bc_id', 'version'] },
  tiktok_account: {
    key: ['id'],
    columns: ['id', 'handle', 'display_name', 'ad_authorization', 'showcase', 'version'],
  },
  entity: { key: ['type', 'id'], columns: ['type', 'id', 'attributes', 'version'] },
  access_request: {
    key: ['id'],
    columns: [
      'id',
      'bc_id',
      'tiktok_account_id',
      'scopes',
      'status',
      'requested_by',
      'created_at',
      'expires_at',
      'closed_at',
      'closed_by',
      'last_write',
    ],
  },
};

const SINCE = [
  ...Object.keys(OVERWRITTEN).flatMap((table) => [
    `alter table ${table} add column since timestamptz not null default now()`,
    `alter table ${table} alter column since set default clock_timestamp()`,
  ]),
  `create or replace function change_version() returns trigger language plpgsql as $$
   begin
     new.version := gen_random_uuid();
     new.since := greatest(clock_timestamp(), old.since + interval '1 microsecond');
     return new;
   end $$`,
  `create function change_since() returns trigger language plpgsql as $$
   begin
     new.since := greatest(clock_timestamp(), old.since + interval '1 microsecond');
     return new;
   end $$`,
  `create trigger access_request_since before update on access_request
     for each row when (old is distinct from new) execute function change_since()`,
];

const PAST = Object.entries(OVERWRITTEN).flatMap(([table, { key, columns }]) => {
  const own = KEYS[table as keyof typeof KEYS];
  const all = columns.join(', ');
  const was = columns.map((column) => `was.${column}`).join(', ');
  const same = key.map((column) => `now.${column} = was.${column}`).join(' and ');
  return [
    `create table ${table}_past as select ${all}, since, since as until from ${table} with no data`,
    ...['since', 'until', ...key].map((column) => `alter table ${table}_past alter column ${column} set not null`),
    `alter table ${table}_past add primary key (${[...key, 'since'].join(', ')})`,
    `create trigger ${table}_past_rows_are_kept before update or delete on ${table}_past
       for each row execute function keep_audit_entries()`,
    `create trigger ${table}_past_is_kept before truncate on ${table}_past
       for each statement execute function keep_audit_entries()`,
    noting(`note_new_${table}`, own),
    `create trigger ${table}_insert_noted after insert on ${table} referencing new table as changed
       for each statement execute function note_new_${table}()`,
    `create function keep_${table}() returns trigger language plpgsql as $$
       begin
       insert into ${table}_past (${all}, since, until)
       select ${was}, was.since, coalesce(now.since, clock_timestamp()) from was left join now on ${same}
        where now.since is distinct from was.since;${note('key', 'was', `(select ${own} as key from was union all select ${own} from now) it`)}
       return null;
     end $$`,
    `create trigger ${table}_update_kept after update on ${table} referencing old table as was new table as now
       for each statement execute function keep_${table}()`,
    `create function keep_removed_${table}() returns trigger language plpgsql as $$
       begin
       insert into ${table}_past (${all}, since, until) select ${all}, since, clock_timestamp() from was;${note(own, 'was')}
       return null;
     end $$`,
    `create trigger ${table}_delete_kept after delete on ${table} referencing old table as was
       for each statement execute function keep_removed_${table}()`,
    `create trigger ${table}_is_kept before truncate on ${table}
       for each statement execute function keep_audit_entries()`,
  ];
});

/** Functions that look at the tables of their own schema alone. */
const FUNCTIONS = [
  'trim_changes',
  'note_users',
  'note_accounts',
  'change_version',
  'change_since',
  ...Object.keys(OVERWRITTEN).flatMap((table) => [`note_new_${table}`, `keep_${table}`, `keep_removed_${table}`]),
];
