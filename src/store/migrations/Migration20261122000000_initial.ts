import { Migration } from '@mikro-orm/migrations';
import { GUARDS } from './guards.ts';

/** All tables, the guards, and the one row that counts revisions. Imports no entity: entities change, migrations do not. */
export class Migration20261122000000_initial extends Migration {
  override up(): void {
    this.addSql(`create table api_key (
        id uuid not null default uuidv7(),
        name text not null,
        secret_hash bytea not null,
        permissions text[] not null,
        bc_ids text[] null,
        created_at timestamptz(3) not null,
        created_by text not null,
        revoked_at timestamptz(3) null,
        primary key (id)
      )`);
    this.addSql(
      `alter table api_key add constraint api_key_permissions check (permissions <@ array['act-as', 'admin', 'audit', 'check', 'relationships'] and cardinality(permissions) > 0)`,
    );
    this.addSql(`alter table api_key add constraint api_key_secret_hash_length check (octet_length(secret_hash) = 32)`);
    this.addSql(`alter table api_key add constraint api_key_confined_to_some check (cardinality(bc_ids) > 0)`);
    this.addSql(`create table audit_entry (
        id uuid not null default uuidv7(),
        revision bigint not null,
        at timestamptz(3) not null,
        actor text not null,
        api_key text null,
        request_id text null,
        event text not null,
        bc_id text null,
        subject_type text not null,
        subject_id text not null,
        before jsonb null,
        after jsonb null,
        flags text[] not null,
        primary key (id)
      )`);
    this.addSql(`create index audit_entry_of_business_center on audit_entry (bc_id, id)`);
    this.addSql(`create index audit_entry_of_subject on audit_entry (subject_type, subject_id, id)`);
    this.addSql(`create table business_center (
        bc_id text not null,
        name text not null,
        primary key (bc_id)
      )`);
    this.addSql(`create table ad_account (
        advertiser_id text not null,
        name text not null,
        bc_id text null,
        primary key (advertiser_id)
      )`);
    this.addSql(`create table ad_account_member (
        id uuid not null default uuidv7(),
        advertiser_id text not null,
        user_id text not null,
        advertiser_role text not null,
        valid_from timestamptz(3) not null,
        valid_to timestamptz(3) null,
        begun_by text not null,
        ended_by text null,
        begun_revision bigint not null,
        ended_revision bigint null,
        primary key (id)
      )`);
    this.addSql(
      `create unique index ad_account_member_current on ad_account_member (user_id, advertiser_id) where valid_to is null`,
    );
    this.addSql(
      `create index ad_account_member_of_ad_account on ad_account_member (advertiser_id, user_id) where valid_to is null`,
    );
    this.addSql(
      `alter table ad_account_member add constraint ad_account_member_role check (advertiser_role in ('ADMIN', 'OPERATOR', 'ANALYST'))`,
    );
    this.addSql(
      `alter table ad_account_member add constraint ad_account_member_validity check (valid_to >= valid_from)`,
    );
    this.addSql(`create table access_request (
        id uuid not null default uuidv7(),
        bc_id text not null,
        tiktok_account_id text null,
        scopes text[] not null,
        status text not null default 'PENDING',
        requested_by text not null,
        token_hash bytea not null,
        code text not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        closed_at timestamptz(3) null,
        closed_by text null,
        revision bigint not null,
        primary key (id)
      )`);
    this.addSql(`create index access_request_of_business_center on access_request (bc_id, id)`);
    this.addSql(`create index access_request_pending on access_request (bc_id, requested_by) where status = 'PENDING'`);
    this.addSql(`alter table access_request add constraint access_request_token_hash unique (token_hash)`);
    this.addSql(
      `alter table access_request add constraint access_request_scopes check (scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0)`,
    );
    this.addSql(
      `alter table access_request add constraint access_request_status check (status in ('PENDING', 'APPROVED', 'DECLINED', 'CANCELLED', 'VOID'))`,
    );
    this.addSql(
      `alter table access_request add constraint access_request_token_hash_length check (octet_length(token_hash) = 32)`,
    );
    this.addSql(
      `alter table access_request add constraint access_request_approved_account check (status <> 'APPROVED' or tiktok_account_id is not null)`,
    );
    this.addSql(
      `alter table access_request add constraint access_request_closed check ((status = 'PENDING') = (closed_at is null))`,
    );
    this.addSql(`create table known_limit (
        name text not null,
        value int not null,
        primary key (name)
      )`);
    this.addSql(`create table member (
        id uuid not null default uuidv7(),
        bc_id text not null,
        user_id text not null,
        user_role text not null,
        valid_from timestamptz(3) not null,
        valid_to timestamptz(3) null,
        begun_by text not null,
        ended_by text null,
        begun_revision bigint not null,
        ended_revision bigint null,
        primary key (id)
      )`);
    this.addSql(`create index member_of_business_center on member (bc_id, user_id) where valid_to is null`);
    this.addSql(`create unique index member_current on member (user_id, bc_id) where valid_to is null`);
    this.addSql(`alter table member add constraint member_user_role check (user_role in ('ADMIN', 'STANDARD'))`);
    this.addSql(`alter table member add constraint member_validity check (valid_to >= valid_from)`);
    this.addSql(`create table relationship_revision (
        one boolean not null default true,
        value bigint not null default '0',
        at timestamptz(3) not null default now(),
        primary key (one)
      )`);
    this.addSql(`alter table relationship_revision add constraint relationship_revision_one_row check (one)`);
    this.addSql(`create table entity (
        type text not null,
        id text not null,
        attributes jsonb not null,
        primary key (type, id)
      )`);
    this.addSql(`alter table entity add constraint entity_attributes check (jsonb_typeof(attributes) = 'object')`);
    this.addSql(`create table tiktok_account (
        id text not null,
        handle text null,
        display_name text null,
        ad_authorization boolean null,
        showcase jsonb null,
        primary key (id)
      )`);
    this.addSql(`create table account_link (
        id uuid not null default uuidv7(),
        tiktok_account_id text not null,
        user_id text not null,
        scopes text[] not null,
        valid_from timestamptz(3) not null,
        valid_to timestamptz(3) null,
        begun_by text not null,
        ended_by text null,
        begun_revision bigint not null,
        ended_revision bigint null,
        primary key (id)
      )`);
    this.addSql(
      `create index account_link_of_account on account_link (tiktok_account_id, user_id) where valid_to is null`,
    );
    this.addSql(
      `create unique index account_link_current on account_link (user_id, tiktok_account_id) where valid_to is null`,
    );
    this.addSql(
      `alter table account_link add constraint account_link_scopes check (scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0)`,
    );
    this.addSql(`alter table account_link add constraint account_link_validity check (valid_to >= valid_from)`);
    this.addSql(`create table account_grant (
        id uuid not null default uuidv7(),
        bc_id text not null,
        tiktok_account_id text not null,
        scopes text[] not null,
        access_request_id uuid null,
        valid_from timestamptz(3) not null,
        valid_to timestamptz(3) null,
        begun_by text not null,
        ended_by text null,
        begun_revision bigint not null,
        ended_revision bigint null,
        primary key (id)
      )`);
    this.addSql(
      `create index account_grant_of_business_center on account_grant (bc_id, tiktok_account_id) where valid_to is null`,
    );
    this.addSql(
      `create index account_grant_ended on account_grant (tiktok_account_id, bc_id) where valid_to is not null`,
    );
    this.addSql(
      `create index account_grant_ended_of_business_center on account_grant (bc_id, tiktok_account_id) where valid_to is not null`,
    );
    this.addSql(
      `create unique index account_grant_current on account_grant (tiktok_account_id, bc_id) where valid_to is null`,
    );
    this.addSql(`alter table account_grant add constraint account_grant_of_request unique (access_request_id)`);
    this.addSql(
      `alter table account_grant add constraint account_grant_scopes check (scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0)`,
    );
    this.addSql(`alter table account_grant add constraint account_grant_validity check (valid_to >= valid_from)`);
    this.addSql(`create table assignment (
        id uuid not null default uuidv7(),
        grant_id uuid not null,
        bc_id text not null,
        tiktok_account_id text not null,
        user_id text not null,
        scopes text[] not null,
        valid_from timestamptz(3) not null,
        valid_to timestamptz(3) null,
        begun_by text not null,
        ended_by text null,
        begun_revision bigint not null,
        ended_revision bigint null,
        primary key (id)
      )`);
    this.addSql(`create index assignment_under_grant on assignment (grant_id, user_id) where valid_to is null`);
    this.addSql(`create index assignment_of_member on assignment (bc_id, user_id) where valid_to is null`);
    this.addSql(`create index assignment_ended on assignment (user_id, tiktok_account_id) where valid_to is not null`);
    this.addSql(
      `create index assignment_ended_of_account on assignment (tiktok_account_id, user_id) where valid_to is not null`,
    );
    this.addSql(
      `create unique index assignment_current on assignment (user_id, tiktok_account_id, bc_id) where valid_to is null`,
    );
    this.addSql(
      `alter table assignment add constraint assignment_scopes check (scopes <@ array['LIVE', 'POST'] and cardinality(scopes) > 0)`,
    );
    this.addSql(`alter table assignment add constraint assignment_validity check (valid_to >= valid_from)`);
    this.addSql(
      `alter table ad_account add constraint ad_account_bc_id_foreign foreign key (bc_id) references business_center (bc_id) on delete set null`,
    );
    this.addSql(
      `alter table ad_account_member add constraint ad_account_member_advertiser_id_foreign foreign key (advertiser_id) references ad_account (advertiser_id)`,
    );
    this.addSql(
      `alter table access_request add constraint access_request_bc_id_foreign foreign key (bc_id) references business_center (bc_id)`,
    );
    this.addSql(
      `alter table member add constraint member_bc_id_foreign foreign key (bc_id) references business_center (bc_id)`,
    );
    this.addSql(
      `alter table account_link add constraint account_link_tiktok_account_id_foreign foreign key (tiktok_account_id) references tiktok_account (id)`,
    );
    this.addSql(
      `alter table account_grant add constraint account_grant_bc_id_foreign foreign key (bc_id) references business_center (bc_id)`,
    );
    this.addSql(
      `alter table account_grant add constraint account_grant_tiktok_account_id_foreign foreign key (tiktok_account_id) references tiktok_account (id)`,
    );
    this.addSql(
      `alter table account_grant add constraint account_grant_access_request_id_foreign foreign key (access_request_id) references access_request (id) on delete restrict`,
    );
    this.addSql(
      `alter table assignment add constraint assignment_grant_id_foreign foreign key (grant_id) references account_grant (id)`,
    );
    for (const guard of GUARDS) this.addSql(guard);
    this.addSql(`insert into relationship_revision (one) values (true)`);
  }
}
