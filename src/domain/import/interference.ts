import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import { skippedOtherwise } from './plan.ts';
import { RELATIONS } from './relation.ts';
import type { Counts } from './stage.ts';

/**
 * Another write has changed what an import had looked at: what it found to be so, what it was to skip, or to end. No order
 * of the two would explain the outcome, so the import is made anew, behind the gate that all writes share. So it is where
 * the database refuses its commit, since what its rows lean on was ended.
 */
export class Interference extends Error {
  override readonly name = 'Interference';
}

/** Whether lines that change nothing are still so: a row by its id, what is overwritten by its version. */
const STILL_SO: Record<FactType, string> = {
  business_center: ofVersion('business_center', 'bc_id'),
  ad_account: ofVersion('ad_account', 'advertiser_id'),
  tiktok_account: ofVersion('tiktok_account', 'id'),
  user: ofVersion('user', 'id', 'user_profile'),
  entity: `select from compared_entity c left join entity t on t.type = c.entity_type and t.id = c.id
    where c.held = c.attributes and t.version is distinct from c.version`,
  member: ofRow('member', 'user_role'),
  ad_account_member: ofRow('ad_account_member', 'advertiser_role'),
  account_link: ofRow('account_link', 'scopes'),
  account_grant: ofRow('account_grant', 'scopes'),
  assignment: ofRow('assignment', 'scopes'),
};

function ofVersion(type: string, key: string, table: string = type): string {
  return `select from compared_${type} c left join ${table} t on t.${key} = c.${key}
    where c.before is not distinct from c.after and t.version is distinct from c.version`;
}

function ofRow(type: string, value: string): string {
  return `select from compared_${type} c left join ${type} t on t.id = c.current_id and t.valid_to is null
    where c.held = c.${value} and t.id is null`;
}

/** Looks again, behind the gate, and at lines that were skipped, too. @throws Interference */
export async function requireStillSo(tx: Tx, counts: Counts, skippedOf: Counts): Promise<void> {
  for (const [type, text] of Object.entries(STILL_SO)) {
    if (counts[type as FactType]) await requireNone(tx, text);
  }
  for (const relation of RELATIONS) {
    if (skippedOf[relation.type]) await requireNone(tx, skippedOtherwise(tx, relation));
  }
}

/** @throws Interference where there is a row */
export async function requireNone(tx: Tx, text: string): Promise<void> {
  if ((await tx.query(`${text} limit 1`, [])).length > 0) throw new Interference();
}
