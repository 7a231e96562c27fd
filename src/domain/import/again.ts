import type { Tx } from '../transact.ts';
import { bringFields, bringRelations, count, endWhatLacks, scopesOf, type Applied, type Manner } from './apply.ts';
import { FACT_TYPES, type FactType } from './fact-line.ts';
import type { Pass } from './modes.ts';
import { FEW_ROWS, joinsOf, joinsOfSome, setJoins, total } from './joins.ts';
import { ofAffected, type Others } from './others.ts';
import { findAffected } from './overtaken.ts';
import { countPlanned, isSo } from './plan.ts';
import { AD_ACCOUNT_MEMBER, ASSIGNMENT, RELATIONS } from './relation.ts';
import { withdraw } from './relationships.ts';
import { typeOf } from './replace.ts';
import type { Counts } from './stage.ts';

// What others have overtaken of an import is planned again, and nothing else: lines that changed nothing and are not so
// any more, lines that would not be skipped now, rows whose ground has gone, what a replacement has not seen. Only of the
// last has the import rows, and withdraws them.

/** A look at what others wrote. */
export interface Look {
  pass: Pass;
  others: Others;
}

/**
 * Looks at the lines that what others wrote may touch, and brings those in again that it does.
 * @returns how many
 */
export async function bringAgain(tx: Tx, counts: Counts, manner: Manner & Look, applied: Applied): Promise<number> {
  const { others } = manner;
  if (!others.all) await setJoins(tx.query, joinsOfSome(counts));
  let touched = 0;
  for (const scope of scopesOf(manner)) touched += await endNew(tx, scope, manner, applied);
  // What hung on that ended with it, by this write.
  if (touched > 0) others.all = true;
  if (others.all) await setJoins(tx.query, joinsOf(counts));
  const again = await findAffected(tx, counts, others);
  const lines = total(again);
  if (lines > 0) {
    await setJoins(tx.query, lines < FEW_ROWS ? joinsOfSome(counts) : joinsOf(counts));
    await bringAffected(tx, again, manner, applied);
    await tx.query('insert into moved select distinct key from affected', []);
  }
  await tx.query('drop table affected', []);
  await setJoins(tx.query, joinsOf(counts));
  applied.again += touched + lines;
  return touched + lines;
}

async function bringAffected(tx: Tx, again: Counts, manner: Manner & Look, applied: Applied): Promise<void> {
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

/** Ends what was added to a scope since. */
async function endNew(
  tx: Tx,
  scope: Parameters<typeof endWhatLacks>[1],
  manner: Manner & Look,
  applied: Applied,
): Promise<number> {
  const table = `missing_${typeOf(scope).type}`;
  await tx.query(`alter table ${table} rename to ${table}_before`, []);
  const ended = await endWhatLacks(tx, scope, manner, applied, manner.others);
  await addTo(tx, table);
  return ended;
}

/** Puts what a table holds into the one that stood for it before, which stands for both. */
async function addTo(tx: Tx, table: string): Promise<void> {
  await tx.query(`insert into ${table}_before select * from ${table}`, []);
  await tx.query(`drop table ${table}`, []);
  await tx.query(`alter table ${table}_before rename to ${table}`, []);
}

/**
 * Takes what is to be planned again out of what is planned; of relations, what was compared and not found to be so stays,
 * since nobody looks at it any more.
 */
async function forget(tx: Tx, type: FactType, applied: Applied): Promise<void> {
  const relation = RELATIONS.find((it) => it.type === type);
  const affected = ofAffected(type, 'p');
  if (relation) {
    const planned = await countPlanned(tx, relation, `join affected f on ${affected}`);
    count(applied.changedOf, type, -planned.changed);
    count(applied.skippedOf, type, -planned.skipped);
    applied.reopened -= planned.reopened;
  }
  const looked = relation ? isSo(relation, 'p') : 'true';
  await tx.query(`delete from compared_${type} p using affected f where ${affected} and ${looked}`, []);
  await tx.query(`delete from planned_${type} p using affected f where ${affected}`, []);
}
