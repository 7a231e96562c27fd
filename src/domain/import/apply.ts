import type { Audit, Tx } from '../transact.ts';
import type { Counts } from './stage.ts';
import { MOST_SKIPPED, type ImportMode, type SkippedLine } from './modes.ts';
import { AD_ACCOUNT, bringNouns, BUSINESS_CENTER, TIKTOK_ACCOUNT } from './nouns.ts';
import { AD_ACCOUNT_MEMBER, ASSIGNMENT, GRANT, LINK, MEMBER } from './relation.ts';
import { bringRelation, requireKnown } from './relationships.ts';

/** What an import did. */
export interface Applied {
  /** Rows that changed. */
  changed: number;
  /** How many of these opened again what a person had ended. */
  reopened: number;
  /** How many lines of each type were skipped. */
  skippedOf: Counts;
  /** The first lines that were skipped. */
  skipped: SkippedLine[];
  /** Requests whose requester is no administrator any more: each an entry of the trail. */
  voided: Audit[];
}

/** In this order each finds what it leans on: an ad account moves before roles in it are opened. */
const RELATIONS = [MEMBER, AD_ACCOUNT_MEMBER, LINK, GRANT, ASSIGNMENT];

/** Brings everything staged into the tables: later lines win over earlier ones, what is already so stays as it is. */
export async function applyStaged(tx: Tx, counts: Counts, mode: ImportMode): Promise<Applied> {
  const applied: Applied = { changed: 0, reopened: 0, skippedOf: {}, skipped: [], voided: [] };
  for (const noun of [BUSINESS_CENTER, AD_ACCOUNT, TIKTOK_ACCOUNT]) {
    if (!counts[noun.type]) continue;
    if (noun === AD_ACCOUNT) await requireKnown(tx, AD_ACCOUNTS);
    applied.changed += await bringNouns(tx, noun);
  }
  for (const relation of RELATIONS) {
    if (!counts[relation.type]) continue;
    const planned = await bringRelation(tx, relation, mode);
    applied.changed += planned.changed;
    applied.reopened += planned.reopened;
    if (planned.skipped > 0) applied.skippedOf[relation.type] = planned.skipped;
    if (relation === MEMBER && planned.changed > 0) applied.voided = await voidRequests(tx);
  }
  applied.skipped = await skippedLines(tx, applied.skippedOf);
  return applied;
}

const AD_ACCOUNTS = {
  type: 'ad_account',
  references: [{ column: 'bc_id', table: 'business_center', key: 'bc_id' }],
};

async function skippedLines(tx: Tx, skippedOf: Counts): Promise<SkippedLine[]> {
  const skipped = Object.keys(skippedOf).map(
    (type) => `select line, reason from planned_${type} where reason is not null`,
  );
  if (skipped.length === 0) return [];
  return tx.query<SkippedLine>(`${skipped.join(' union all ')} order by line limit ${MOST_SKIPPED}`, []);
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
