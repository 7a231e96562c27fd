import { requireBusinessCenter } from '../business-centers/require-business-center.ts';
import type { Tx } from '../transact.ts';
import type { Counts } from './stage.ts';
import { bringEntities } from './entities.ts';
import type { FactType } from './fact-line.ts';
import { HANGING } from './hanging.ts';
import {
  MOST_ENDING,
  MOST_SKIPPED,
  ReplaceScope,
  type EndingFact,
  type ImportMode,
  type Pass,
  type Replacement,
  type SkippedLine,
} from './modes.ts';
import { AD_ACCOUNT, bringNouns, BUSINESS_CENTER, TIKTOK_ACCOUNT, USER } from './nouns.ts';
import { OVERTAKEN } from './plan.ts';
import { watchOthers, type Others } from './others.ts';
import { RELATIONS } from './relation.ts';
import { bringRelation, requireKnown } from './relationships.ts';
import { endMissing, typeOf } from './replace.ts';

/** What an import did: counts of rows and lines by their type. */
export interface Applied {
  /** What others did since it began. */
  others: Others;
  /** Rows that changed, without those that ended since the file lacks them. */
  changedOf: Counts;
  /** How many of these opened again what a person had ended. */
  reopened: number;
  /** How many lines were skipped. */
  skippedOf: Counts;
  /** How many rows ended, since the file lacks them. */
  endedOf: Counts;
  /** How many lines were planned again, since others had overtaken them. */
  again: number;
}

/** How staged lines are brought in. */
export interface Manner {
  mode: ImportMode;
  /** What is ended where the file lacks it; null = nothing. */
  replacement: Replacement | null;
  /** Nothing of it takes effect. */
  dryRun: boolean;
}

/**
 * Brings everything staged into the tables: later lines win over earlier ones, what is already so stays as it is.
 * @throws SparkgateError `not_found` for a Business Center in which nothing can be replaced
 */
export async function applyStaged(tx: Tx, counts: Counts, manner: Manner): Promise<Applied> {
  const others = await watchOthers(tx, counts);
  const applied: Applied = { others, changedOf: {}, reopened: 0, skippedOf: {}, endedOf: {}, again: 0 };
  await bringFields(tx, counts, applied);
  if (manner.replacement) {
    for (const bcId of manner.replacement.bcIds) await requireBusinessCenter(tx, bcId);
    await tx.query(HANGING, []);
  }
  for (const scope of scopesOf(manner)) await endWhatLacks(tx, scope, manner, applied);
  await bringRelations(tx, counts, { ...manner, pass: 'first' }, applied);
  return applied;
}

/** Brings in what is overwritten in place. */
export async function bringFields(tx: Tx, counts: Counts, applied: Applied): Promise<void> {
  for (const noun of [BUSINESS_CENTER, AD_ACCOUNT, TIKTOK_ACCOUNT]) {
    if (!counts[noun.type]) continue;
    if (noun === AD_ACCOUNT) await requireKnown(tx, AD_ACCOUNTS);
    count(applied.changedOf, noun.type, await bringNouns(tx, noun));
  }
  if (counts.entity) count(applied.changedOf, 'entity', await bringEntities(tx));
}

const AD_ACCOUNTS = {
  type: 'ad_account',
  references: [{ column: 'bc_id', table: 'business_center', key: 'bc_id' }],
};

/** What ends makes room first, and members go before what is assigned to them. */
export function scopesOf({ replacement }: Manner): ReplaceScope[] {
  return ReplaceScope.options.filter((it) => replacement?.scopes.includes(it));
}

/** @param others where it was done before: of what they changed since @returns how many more rows end */
export async function endWhatLacks(
  tx: Tx,
  scope: ReplaceScope,
  manner: Manner,
  applied: Applied,
  others: Others | null = null,
): Promise<number> {
  const ended = await endMissing(tx, scope, manner.replacement as Replacement, others);
  for (const [type, more] of Object.entries(ended)) count(applied.endedOf, type as FactType, more);
  return Object.values(ended).reduce((sum, more) => sum + more, 0);
}

/** Brings in relationships, and then what users are called: that is in the trails of the memberships that come, too. */
export async function bringRelations(
  tx: Tx,
  counts: Counts,
  { mode, pass }: Manner & { pass: Pass },
  applied: Applied,
): Promise<void> {
  for (const relation of RELATIONS) {
    if (!counts[relation.type]) continue;
    const { changed, reopened, skipped } = await bringRelation(tx, relation, { mode, pass, counts });
    count(applied.changedOf, relation.type, changed);
    applied.reopened += reopened;
    count(applied.skippedOf, relation.type, skipped);
  }
  if (counts.user) count(applied.changedOf, 'user', await bringNouns(tx, USER));
}

/** Counts of a type that come to nothing are left out. */
export function count(counts: Counts, type: FactType, more: number): void {
  const sum = (counts[type] ?? 0) + more;
  if (sum === 0) delete counts[type];
  else counts[type] = sum;
}

/** The first lines that were skipped. */
export async function firstSkipped(tx: Tx, { skippedOf }: Applied): Promise<SkippedLine[]> {
  const skipped = Object.keys(skippedOf).map(
    (type) => `select line, reason from planned_${type} where reason <> '${OVERTAKEN}'`,
  );
  if (skipped.length === 0) return [];
  return tx.query<SkippedLine>(`${skipped.join(' union all ')} order by line limit ${MOST_SKIPPED}`, []);
}

/** The first facts of each type that ended, since the file lacks them, or what they hang on. */
export async function firstEndings(tx: Tx, manner: Manner, { endedOf }: Applied): Promise<EndingFact[]> {
  const looked = new Set(scopesOf(manner).map((scope) => typeOf(scope).type));
  const types = ReplaceScope.options.map((scope) => typeOf(scope)).filter(({ type }) => endedOf[type]);
  const first = types.map(async ({ type, key }) => {
    const columns = key.join(', ');
    const missing = looked.has(type) ? `union all select ${columns} from missing_${type}` : '';
    return tx.query<EndingFact>(
      `select '${type}' as type, it.* from (select ${columns} from hanging where type = '${type}' ${missing}) it
        order by ${columns} limit ${MOST_ENDING}`,
      [],
    );
  });
  return (await Promise.all(first)).flat();
}
