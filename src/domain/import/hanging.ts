import type { Tx } from '../transact.ts';
import { IMPORTED } from './modes.ts';
import { recordAll } from './trail.ts';

// What ends with what a replacement ends: it is told like the rest.

/** What ends with what a file lacks, in columns of all keys. */
export const HANGING = `create temporary table hanging (
  type text not null, of_bc_id text not null, bc_id text, tiktok_account_id text, user_id text, advertiser_id text
) on commit drop`;

/** Ends assignments `a`, with their entries of the trail. @returns how many */
export async function endAssignments(tx: Tx, condition: string): Promise<number> {
  const [counted] = await tx.query<{ ended: number }>(
    `with ended as (
       update assignment a set valid_to = greatest(a.valid_from, clock_timestamp()), ended_by = $1, ended_write = $2
        where a.valid_to is null and ${condition}
       returning a.bc_id, a.user_id, a.tiktok_account_id, a.scopes),
     told as (
       insert into audit_entry
         (actor, write_id, at, api_key, request_id, event, bc_id, subject_type, subject_id, before, flags)
       select $1, $2, $3, $4, $5, 'assignment.ended', bc_id, 'user', user_id,
              jsonb_build_object('tiktok_account_id', tiktok_account_id, 'scopes', scopes), array['${IMPORTED}']
         from ended),
     noted as (
       insert into hanging (type, of_bc_id, bc_id, tiktok_account_id, user_id)
       select 'assignment', bc_id, bc_id, tiktok_account_id, user_id from ended)
     select count(*)::int as ended from ended`,
    [tx.by, tx.id, tx.at, tx.apiKey, tx.requestId],
  );
  return counted?.ended ?? 0;
}

/** Ends every role in the ad accounts of `missing_ad_account`. @returns how many, of which `roles_of_missing` tells */
export async function endRoles(tx: Tx): Promise<number> {
  await tx.query(
    `create temporary table roles_of_missing on commit drop as
     select t.id, t.advertiser_id, t.user_id, t.advertiser_role, m.of_bc_id
       from ad_account_member t join missing_ad_account m using (advertiser_id) where t.valid_to is null`,
    [],
  );
  const [counted] = await tx.query<{ ended: number }>(
    `with ended as (
       update ad_account_member t set valid_to = greatest(t.valid_from, $1), ended_by = $2, ended_write = $3
         from roles_of_missing m where t.id = m.id returning m.of_bc_id, t.advertiser_id, t.user_id),
     noted as (
       insert into hanging (type, of_bc_id, advertiser_id, user_id)
       select 'ad_account_member', of_bc_id, advertiser_id, user_id from ended)
     select count(*)::int as ended from ended`,
    [tx.at, tx.by, tx.id],
  );
  return counted?.ended ?? 0;
}

/** Has the trail tell of the roles that {@link endRoles} ended, after what it tells of their ad accounts. */
export async function recordRoles(tx: Tx): Promise<void> {
  await recordAll(tx, {
    event: 'ad_account_member.removed',
    subject: { type: 'user', id: 'm.user_id' },
    bcId: 'm.of_bc_id',
    before: `jsonb_build_object('advertiser_id', m.advertiser_id, 'advertiser_role', m.advertiser_role)`,
    after: 'null::jsonb',
    from: 'roles_of_missing m',
  });
  await tx.query('drop table roles_of_missing', []);
}
