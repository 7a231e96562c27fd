import type { Tx } from '../transact.ts';
import { requireNone } from './interference.ts';
import type { Replacement } from './modes.ts';
import { ENDINGS, lacking, list } from './replace.ts';

const AD_ACCOUNTS = {
  type: 'ad_account',
  key: ['advertiser_id'],
  from: 'ad_account t',
  bcId: 't.bc_id',
  beside: null,
} as const;

/** What a replacement was to end, and what it saw: the transaction before which all had ended. */
export interface Since {
  asked: Replacement;
  xmin: string;
}

/** To be asked before it is looked at what is lacking. */
export async function sinceNow(tx: Tx, asked: Replacement): Promise<Since> {
  const [row] = await tx.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin', []);
  if (!row) throw new Error('a function gave no row');
  return { asked, xmin: row.xmin };
}

/**
 * Looks again, behind the gate: what was to end was there until then, and nothing that the file lacks is there.
 * @throws Interference
 */
export async function requireSameEndings(tx: Tx, { asked, xmin }: Since): Promise<void> {
  for (const scope of asked.scopes) {
    const { type, from, bcId, beside, key } = scope === 'ad_accounts' ? AD_ACCOUNTS : ENDINGS[scope];
    const isCurrent = scope === 'ad_accounts' ? 'true' : 't.valid_to is null';
    const isNew = ['t', ...(beside ? [beside] : [])].map((it) => `age(${it}.xmin) <= age('${xmin}'::xid8::xid)`);
    const columns = key.map((column) => `t.${column}`).join(', ');
    await requireNone(
      tx,
      `with added as materialized (
         select ${columns} from ${from} where ${isCurrent} and ${bcId} = any (${list(asked.bcIds)}) and (${isNew.join(' or ')}))
       select from added t where ${lacking(type, key)}`,
    );
    await requireNone(
      tx,
      scope === 'ad_accounts'
        ? 'select from missing_ad_account m join ad_account t using (advertiser_id) where t.bc_id is not null'
        : `select from missing_${type} m join ${type} t using (id) where t.ended_write is distinct from '${tx.id}'::uuid`,
    );
  }
}
