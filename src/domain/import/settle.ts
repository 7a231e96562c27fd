import { BEFORE_IMPORTS, IMPORTS, keyOf } from '../gates.ts';
import type { Audit, Tx } from '../transact.ts';
import { requireStillSo } from './interference.ts';
import { IMPORTED } from './modes.ts';
import type { Counts } from './stage.ts';

/**
 * Looks at what others wrote while an import was applied, behind the gate that all writes share: those before have
 * committed, and those after wait for the import and see it. It ends what it has opened on ground that was taken away (a
 * grant that was revoked, a member who was removed, an ad account that moved), and the requests of whom it demoted.
 * @returns the requests: each an entry of the trail
 * @throws Interference where what was so already is so no more, or a line would not be skipped now
 */
export async function settle(tx: Tx, counts: Counts, skippedOf: Counts): Promise<Audit[]> {
  // What limits look at is locked before, since that takes longer.
  await tx.query('set constraints limits_at_commit immediate', []);
  await passImports(tx);
  await requireStillSo(tx, counts, skippedOf);
  if (counts.assignment) {
    await tx.query(`select from account_grant where id in (${GRANTS}) order by id for share`, []);
    await tx.query(`select m.id from member m ${OF_PLANNED} where m.valid_to is null order by m.id for share of m`, []);
    await endAssignments(
      tx,
      `a.grant_id in (select id from account_grant where id in (${GRANTS}) and valid_to is not null)`,
    );
    await endAssignments(
      tx,
      `(a.bc_id, a.user_id) in (
         select p.bc_id, p.user_id from planned_assignment p where p.reason is null and not exists (
           select from member m where m.bc_id = p.bc_id and m.user_id = p.user_id and m.valid_to is null))`,
    );
  }
  if (counts.ad_account_member) {
    const roles = 'select advertiser_id from planned_ad_account_member where reason is null';
    await tx.query(`select from ad_account where advertiser_id in (${roles}) order by advertiser_id for share`, []);
    await endMovedRoles(tx);
  }
  return counts.member ? voidRequests(tx) : [];
}

/** From here to its end no other write takes effect. */
export async function passImports(tx: Tx): Promise<void> {
  for (const gate of [BEFORE_IMPORTS, IMPORTS]) await tx.query('select pg_advisory_xact_lock($1)', [keyOf(gate)]);
}

const GRANTS = 'select grant_id from planned_assignment where reason is null';
const OF_PLANNED = `join (select distinct bc_id, user_id from planned_assignment where reason is null) p using (bc_id, user_id)`;

/** Ends assignments `a`, with their entries of the trail. */
export async function endAssignments(tx: Tx, condition: string): Promise<void> {
  await tx.query(
    `with ended as (
       update assignment a set valid_to = greatest(a.valid_from, clock_timestamp()), ended_by = $1, ended_write = $2
        where a.valid_to is null and ${condition}
       returning a.bc_id, a.user_id, a.tiktok_account_id, a.scopes)
     insert into audit_entry
       (actor, write_id, at, api_key, request_id, event, bc_id, subject_type, subject_id, before, flags)
     select $1, $2, $3, $4, $5, 'assignment.ended', bc_id, 'user', user_id,
            jsonb_build_object('tiktok_account_id', tiktok_account_id, 'scopes', scopes), array['${IMPORTED}']
       from ended`,
    [tx.by, tx.id, tx.at, tx.apiKey, tx.requestId],
  );
}

/** What the rows were opened on stands in what is looked at when this commits. */
async function endMovedRoles(tx: Tx): Promise<void> {
  await tx.query(
    `with moved as (
       select o.advertiser_id, o.bc_id from commit_check c, unnest(c.ids, c.others) as o (advertiser_id, bc_id)
         join ad_account a on a.advertiser_id = o.advertiser_id and a.bc_id is distinct from o.bc_id
        where c.rule = 'ad accounts of roles' and o.bc_id is not null),
     ended as (
       update ad_account_member m set valid_to = greatest(m.valid_from, clock_timestamp()), ended_by = $1, ended_write = $2
         from moved where m.advertiser_id = moved.advertiser_id and m.valid_to is null and m.begun_write = $2
       returning m.advertiser_id, m.user_id, m.advertiser_role, moved.bc_id)
     insert into audit_entry
       (actor, write_id, at, api_key, request_id, event, bc_id, subject_type, subject_id, before, flags)
     select $1, $2, $3, $4, $5, 'ad_account_member.removed', bc_id, 'user', user_id,
            jsonb_build_object('advertiser_id', advertiser_id, 'advertiser_role', advertiser_role), array['${IMPORTED}']
       from ended`,
    [tx.by, tx.id, tx.at, tx.apiKey, tx.requestId],
  );
}

/** Whoever was demoted by this import has no pending request any more. */
async function voidRequests(tx: Tx): Promise<Audit[]> {
  const voided = await tx.query<{ id: string; bc_id: string }>(
    `update access_request r set status = 'VOID', closed_at = $1, closed_by = $2, last_write = $3
      where r.status = 'PENDING' and r.expires_at > $1 and not exists (
        select from member m where m.bc_id = r.bc_id and m.user_id = r.requested_by and m.valid_to is null
           and m.user_role = 'ADMIN')
      returning r.id, r.bc_id`,
    [tx.at, tx.by, tx.id],
  );
  return voided.map(({ id, bc_id: bcId }) => ({
    event: 'access_request.void',
    subject: { type: 'access_request', id },
    bcId,
  }));
}
