import { ALL_USER_PROFILES, changedSince, EVERYTHING, lostSince } from '../change-log.ts';
import type { Tx } from '../transact.ts';
import type { FactType } from './fact-line.ts';
import type { Counts } from './stage.ts';

/** Of more keys than these a look at everything is no slower. */
const MOST_KEYS = 10_000;

/**
 * What others have written since an import looked last, as the change log tells it: keys of what lines hang on, in the
 * temporary table `moved`.
 */
export interface Others {
  /** What was seen then; the look after begins there. */
  snapshot: string;
  /** Anything may have changed. */
  all: boolean;
  /** Lines of the import, of each type. */
  counts: Counts;
}

/** Begins to look, before the first line is compared with what is stored. */
export async function watchOthers(tx: Tx, counts: Counts): Promise<Others> {
  await tx.query('create temporary table moved (key text not null) on commit drop', []);
  const [row] = await tx.query<{ snapshot: string }>('select pg_current_snapshot()::text as snapshot', []);
  if (!row) throw new Error('a snapshot gave no row');
  return { snapshot: row.snapshot, all: false, counts };
}

/**
 * Looks at what others have written. What was changed by a transaction that this statement does not see is told by the
 * next: both tell where they stand by the same statement.
 * @param kept what was looked at before is looked at again: what the import has brought in since may touch its neighbours
 */
export async function lookAtOthers(tx: Tx, others: Others, kept: boolean): Promise<void> {
  if (!kept) await tx.query('delete from moved', []);
  const [row] = await tx.query<{ snapshot: string; all: boolean }>(
    `with found as materialized (${changedSince('$1', ' and xid <> pg_current_xact_id()')}),
     told as (select ${lostSince('$1')} or (select count(*) from found) > ${MOST_KEYS}
       or exists (select from found where key in ('${EVERYTHING}', '${ALL_USER_PROFILES}')) as all),
     noted as (insert into moved select key from found, told where not told.all)
     select pg_current_snapshot()::text as snapshot, told.all from told`,
    [others.snapshot],
  );
  if (!row) throw new Error('a snapshot gave no row');
  others.all = row.all || (kept && others.all);
  others.snapshot = row.snapshot;
}

/** What a fact of each type hangs on, as the change log names it: SQL of the key of a row. */
const KEYS: Record<FactType, (row: string) => string> = {
  business_center: (row) => `('business_center:' || ${row}.bc_id)`,
  ad_account: (row) => `('ad_account:' || ${row}.advertiser_id)`,
  tiktok_account: (row) => `('tiktok_account:' || ${row}.id)`,
  user: (row) => `('user_profile:' || ${row}.id)`,
  entity: (row) => `(${row}.entity_type || ':' || ${row}.id)`,
  member: (row) => `('user:' || ${row}.user_id)`,
  ad_account_member: (row) => `('user:' || ${row}.user_id)`,
  account_link: (row) => `('user:' || ${row}.user_id)`,
  account_grant: (row) => `('tiktok_account:' || ${row}.tiktok_account_id)`,
  assignment: (row) => `('user:' || ${row}.user_id)`,
};

export function keyOfRow(type: FactType, row: string): string {
  return KEYS[type](row);
}

/** SQL: the row `f` of `affected` is that of a line. By an index over its key. */
export function ofAffected(type: FactType, row: string): string {
  return `f.type = '${type}' and f.key = ${keyOfRow(type, row)} and f.line = ${row}.line`;
}

/** SQL: what `key` names has changed. By an index over `key`. */
export function isMoved(others: Others, key: string): string {
  return others.all ? 'true' : `${key} = any (array(select m.key from moved m))`;
}

/** The same, where rows are few and have no index. */
export function isAmongMoved(others: Others, key: string): string {
  return others.all ? 'true' : `${key} in (select m.key from moved m)`;
}

/** SQL: something of that kind has changed, whose id is `id`. By an index over `id`. */
export function hasMoved(others: Others, kind: 'ad_account' | 'tiktok_account' | 'user', id: string): string {
  if (others.all) return 'true';
  return `${id} = any (array(select substr(m.key, ${kind.length + 2}) from moved m where starts_with(m.key, '${kind}:')))`;
}
