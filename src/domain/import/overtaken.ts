import type { Tx } from '../transact.ts';
import type { Manner } from './apply.ts';
import { FACT_TYPES, type FactType } from './fact-line.ts';
import { FEW_ROWS } from './joins.ts';
import { hasMoved, isMoved, keyOfRow, type Others } from './others.ts';
import { isSo, skippedOtherwise } from './plan.ts';
import { AD_ACCOUNT_MEMBER, ASSIGNMENT, GRANT, RELATIONS, sameKey, type Relation } from './relation.ts';
import type { Counts } from './stage.ts';

// Which lines others have overtaken. Of all conditions each is about rows whose changes the change log tells by a key of the
// line, so that lines without such a key are as they were when they were looked at last.

/** Lets lines be found by what they hang on. Rows that the import opened nobody else sees, so that only some are looked at. */
export async function indexPlans(tx: Tx, counts: Counts, { replacement }: Manner): Promise<void> {
  const byKey = async (table: string, type: FactType, where = 'true'): Promise<unknown> =>
    tx.query(`create index on ${table} (${keyOfRow(type, table)}) where ${where}`, []);
  for (const type of FACT_TYPES.filter((it) => (counts[it] ?? 0) >= FEW_ROWS)) {
    const relation = RELATIONS.find((it) => it.type === type);
    const isReplaced = replacement?.scopes.some((scope) => scope === `${type}s`);
    await byKey(`compared_${type}`, type, relation && !isReplaced ? isSo(relation, `compared_${type}`) : 'true');
    if (relation) await byKey(`planned_${type}`, type, 'reason is not null');
    if (!relation || relation === ASSIGNMENT || relation === AD_ACCOUNT_MEMBER) await byKey(`planned_${type}`, type);
    if (relation === AD_ACCOUNT_MEMBER && counts.ad_account) {
      await tx.query(`create index on compared_${type} (${keyOfRow('ad_account', `compared_${type}`)})`, []);
    }
  }
}

/** Puts the lines that others have overtaken into `affected`, with their keys. @returns how many of each type */
export async function findAffected(tx: Tx, counts: Counts, others: Others): Promise<Counts> {
  await tx.query(
    'create temporary table affected (type text not null, line int not null, key text not null) on commit drop',
    [],
  );
  for (const type of FACT_TYPES.filter((it) => counts[it])) {
    const found = overtaken(tx, type, counts, others).map((text) => `(${text})`);
    await tx.query(`insert into affected select '${type}', it.line, it.key from (${found.join(' union ')}) it`, []);
  }
  const rows = await tx.query<{ type: FactType; lines: number }>(
    'select type, count(*)::int as lines from affected group by type',
    [],
  );
  return Object.fromEntries(rows.map(({ type, lines }) => [type, lines]));
}

/** SQL of the lines of a type that others have overtaken. */
function overtaken(tx: Tx, type: FactType, counts: Counts, others: Others): string[] {
  const relation = RELATIONS.find((it) => it.type === type);
  if (!relation) return [ofOtherVersion(type, others)];
  const found = [noLongerSo(relation, others), skippedOtherwise(tx, relation, others)];
  if (relation === ASSIGNMENT) found.push(...groundless(tx, others));
  if (relation === AD_ACCOUNT_MEMBER && counts.ad_account) found.push(ofMoved(others));
  return found;
}

/** Whether what is overwritten in place is of another version than it was compared with, but by the import itself. */
function ofOtherVersion(type: FactType, others: Others): string {
  const [same, table] = {
    business_center: ['t.bc_id = c.bc_id', 'business_center'],
    ad_account: ['t.advertiser_id = c.advertiser_id', 'ad_account'],
    tiktok_account: ['t.id = c.id', 'tiktok_account'],
    user: ['t.id = c.id', 'user_profile'],
    entity: ['t.type = c.entity_type and t.id = c.id', 'entity'],
  }[type as string] ?? ['false', type];
  const key = keyOfRow(type, 'c');
  const lines = type === 'entity' ? 'c.line' : 'unnest(c.lines)';
  return `select ${lines} as line, ${key} as key from compared_${type} c left join ${table} t on ${same}
    where ${isMoved(others, key)} and t.version is distinct from c.version
      and not exists (select from planned_${type} p where ${keyOfRow(type, 'p')} = ${key} and p.line = c.line)`;
}

/** What was so already, and is no more. */
function noLongerSo(relation: Relation, others: Others): string {
  const { type } = relation;
  const key = keyOfRow(type, 'c');
  return `select c.line, ${key} as key from compared_${type} c
    where ${isSo(relation, 'c')} and ${isMoved(others, key)}
      and not exists (select from ${type} t where t.id = c.current_id and t.valid_to is null)`;
}

/** Assignments that were opened, and whose member, or grant, others have ended. The rows under a grant are found by it. */
function groundless(tx: Tx, others: Others): string[] {
  const key = keyOfRow('assignment', 'p');
  const ofMembers = `select p.line, ${key} as key from planned_assignment p
    where p.reason is null and ${isMoved(others, key)} and not exists (
      select from member m where m.bc_id = p.bc_id and m.user_id = p.user_id and m.valid_to is null)`;
  const under = others.all
    ? 'planned_assignment p where true'
    : `account_grant g
       join assignment latest on latest.grant_id = g.id and latest.valid_to is null and latest.begun_write = '${tx.id}'
       join planned_assignment p on ${key} = ${keyOfRow('assignment', 'latest')} and ${sameKey(ASSIGNMENT, 'p')}
      where g.valid_to is not null and ${hasMoved(others, 'tiktok_account', 'g.tiktok_account_id')}`;
  const ofGrants = `select p.line, ${key} as key from ${under} and p.reason is null and exists (
    select from ${GRANT.type} e where e.id = p.grant_id and e.valid_to is not null)`;
  return [ofMembers, ofGrants];
}

/** Roles in ad accounts that others have moved, and that come back: they end with that move, and are opened again. */
function ofMoved(others: Others): string {
  return `select c.line, ${keyOfRow('ad_account_member', 'c')} as key from compared_ad_account_member c
    join compared_ad_account a on a.advertiser_id = c.advertiser_id
    left join ad_account t on t.advertiser_id = a.advertiser_id
   where ${isMoved(others, keyOfRow('ad_account', 'c'))} and t.version is distinct from a.version
     and not exists (select from planned_ad_account p where p.advertiser_id = a.advertiser_id)`;
}
