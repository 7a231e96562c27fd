import type { Tx } from '../transact.ts';
import { bringFields, bringRelations, count, endWhatLacks, scopesOf, type Applied, type Manner } from './apply.ts';
import { FACT_TYPES, type FactType } from './fact-line.ts';
import type { Pass } from './modes.ts';
import { countPlanned, isSo, skippedOtherwise } from './plan.ts';
import { AD_ACCOUNT_MEMBER, ASSIGNMENT, RELATIONS, type Relation } from './relation.ts';
import { withdraw } from './relationships.ts';
import { typeOf } from './replace.ts';
import type { Counts } from './stage.ts';

// What others have overtaken of an import is planned again, and nothing else: lines that changed nothing and are not so
// any more, lines that would not be skipped now, rows whose ground has gone, what a replacement has not seen. Only of the
// last has the import rows, and withdraws them.

/**
 * Looks at what others wrote since the lines were planned, and brings those in again that it touches.
 * @returns how many
 */
export async function bringAgain(
  tx: Tx,
  counts: Counts,
  manner: Manner & { pass: Pass },
  applied: Applied,
): Promise<number> {
  let touched = 0;
  for (const scope of scopesOf(manner)) touched += await endNew(tx, scope, manner, applied);
  const again = await findAffected(tx, counts);
  touched += Object.values(again).reduce((sum, it) => sum + it, 0);
  applied.again += touched;
  if (Object.keys(again).length > 0) {
    for (const relation of [AD_ACCOUNT_MEMBER, ASSIGNMENT]) if (again[relation.type]) await withdraw(tx, relation);
    const types = FACT_TYPES.filter((type) => again[type]);
    for (const type of types) await forget(tx, type, applied);
    const tables = types.flatMap((type) => [`compared_${type}`, `planned_${type}`]);
    for (const table of ['staged', ...tables]) await tx.query(`alter table ${table} rename to ${table}_before`, []);
    await tx.query(
      `create temporary table staged on commit drop as
       select s.* from staged_before s join affected f on f.type = s.type and f.line = s.line`,
      [],
    );
    await bringFields(tx, again, applied);
    await bringRelations(tx, again, manner, applied);
    await tx.query('drop table staged', []);
    await tx.query('alter table staged_before rename to staged', []);
    for (const table of tables) await addTo(tx, table);
  }
  await tx.query('drop table affected', []);
  return touched;
}

/** Ends what was added to a scope since. */
async function endNew(
  tx: Tx,
  scope: Parameters<typeof endWhatLacks>[1],
  manner: Manner,
  applied: Applied,
): Promise<number> {
  const table = `missing_${typeOf(scope).type}`;
  await tx.query(`alter table ${table} rename to ${table}_before`, []);
  const ended = await endWhatLacks(tx, scope, manner, applied, true);
  await addTo(tx, table);
  return ended;
}

/** Puts what a table holds into the one that stood for it before, which stands for both. */
async function addTo(tx: Tx, table: string): Promise<void> {
  await tx.query(`insert into ${table}_before select * from ${table}`, []);
  await tx.query(`drop table ${table}`, []);
  await tx.query(`alter table ${table}_before rename to ${table}`, []);
}

/** Puts the lines that others have overtaken into `affected`. @returns how many of each type */
async function findAffected(tx: Tx, counts: Counts): Promise<Counts> {
  await tx.query('create temporary table affected (type text not null, line int not null) on commit drop', []);
  for (const type of FACT_TYPES.filter((it) => counts[it])) {
    const found = overtaken(tx, type, counts);
    await tx.query(
      `insert into affected select '${type}', it.line from (${found.map((text) => `(${text})`).join(' union ')}) it`,
      [],
    );
  }
  const rows = await tx.query<{ type: FactType; lines: number }>(
    'select type, count(*)::int as lines from affected group by type',
    [],
  );
  return Object.fromEntries(rows.map(({ type, lines }) => [type, lines]));
}

/** SQL of the lines of a type that others have overtaken. */
function overtaken(tx: Tx, type: FactType, counts: Counts): string[] {
  const relation = RELATIONS.find((it) => it.type === type);
  if (!relation) return [CHANGED[type as keyof typeof CHANGED]];
  const found = [noLongerSo(relation), skippedOtherwise(tx, relation)];
  if (relation === ASSIGNMENT) found.push(GROUNDLESS);
  if (relation === AD_ACCOUNT_MEMBER && counts.ad_account) found.push(OF_MOVED);
  return found;
}

/** Whether what is overwritten in place is of another version than it was compared with, but by the import itself. */
function changed(type: string, key: string, table: string = type): string {
  return `select unnest(c.lines) as line from compared_${type} c left join ${table} t on t.${key} = c.${key}
    where t.version is distinct from c.version
      and not exists (select from planned_${type} p where p.${key} = c.${key})`;
}

const CHANGED = {
  business_center: changed('business_center', 'bc_id'),
  ad_account: changed('ad_account', 'advertiser_id'),
  tiktok_account: changed('tiktok_account', 'id'),
  user: changed('user', 'id', 'user_profile'),
  entity: `select c.line from compared_entity c left join entity t on t.type = c.entity_type and t.id = c.id
    where t.version is distinct from c.version
      and not exists (select from planned_entity p where p.entity_type = c.entity_type and p.id = c.id)`,
} as const;

/** What was so already, and is no more. */
function noLongerSo(relation: Relation): string {
  const { type } = relation;
  return `select c.line from compared_${type} c left join ${type} t on t.id = c.current_id and t.valid_to is null
    where ${isSo(relation, 'c')} and t.id is null`;
}

/** Assignments that were opened, and whose grant or member others have ended. */
const GROUNDLESS = `select p.line from planned_assignment p where p.reason is null and (
  exists (select from account_grant g where g.id = p.grant_id and g.valid_to is not null)
  or not exists (
    select from member m where m.bc_id = p.bc_id and m.user_id = p.user_id and m.valid_to is null))`;

/** Roles in ad accounts that others have moved, and that come back: they end with that move, and are opened again. */
const OF_MOVED = `select c.line from compared_ad_account_member c
  join compared_ad_account a on a.advertiser_id = c.advertiser_id
  left join ad_account t on t.advertiser_id = a.advertiser_id
 where t.version is distinct from a.version
   and not exists (select from planned_ad_account p where p.advertiser_id = a.advertiser_id)`;

/** Takes what is to be planned again out of what is planned. */
async function forget(tx: Tx, type: FactType, applied: Applied): Promise<void> {
  const relation = RELATIONS.find((it) => it.type === type);
  const isAffected = (alias: string): string =>
    `exists (select from affected f where f.type = '${type}' and f.line = ${alias}.line)`;
  if (relation) {
    const planned = await countPlanned(tx, relation, isAffected('p'));
    count(applied.changedOf, type, -planned.changed);
    count(applied.skippedOf, type, -planned.skipped);
    applied.reopened -= planned.reopened;
  }
  for (const table of ['compared', 'planned'])
    await tx.query(`delete from ${table}_${type} p where ${isAffected('p')}`, []);
}
