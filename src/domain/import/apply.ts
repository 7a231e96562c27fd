import type { Tx } from '../transact.ts';
import type { Counts } from './stage.ts';
import { bringEntities } from './entities.ts';
import type { FactType } from './fact-line.ts';
import {
  MOST_SKIPPED,
  ReplaceScope,
  type EndingFact,
  type ImportMode,
  type Replacement,
  type SkippedLine,
} from './modes.ts';
import { AD_ACCOUNT, bringNouns, BUSINESS_CENTER, TIKTOK_ACCOUNT, USER } from './nouns.ts';
import { RELATIONS } from './relation.ts';
import { bringRelation, requireKnown } from './relationships.ts';
import { endMissing } from './replace.ts';
import { sinceNow, type Since } from './same-endings.ts';

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
  /** Rows of each type that changed. */
  changedOf: Counts;
  /** What the file lacked, and is ended: how many of each type, and the first of them. */
  endedOf: Counts;
  ending: EndingFact[];
  /** What is to be looked at again of that; null = nothing is replaced. */
  since: Since | null;
}

/** How staged lines are brought in. */
export interface Manner {
  mode: ImportMode;
  /** What is ended where the file lacks it; null = nothing. */
  replacement: Replacement | null;
}

/** Brings everything staged into the tables: later lines win over earlier ones, what is already so stays as it is. */
export async function applyStaged(tx: Tx, counts: Counts, { mode, replacement }: Manner): Promise<Applied> {
  const applied: Applied = {
    changed: 0,
    reopened: 0,
    skippedOf: {},
    skipped: [],
    changedOf: {},
    endedOf: {},
    ending: [],
    since: replacement && (await sinceNow(tx, replacement)),
  };
  const note = (type: FactType, changed: number): void => {
    applied.changed += changed;
    if (changed > 0) applied.changedOf[type] = (applied.changedOf[type] ?? 0) + changed;
  };
  for (const noun of [BUSINESS_CENTER, AD_ACCOUNT, TIKTOK_ACCOUNT]) {
    if (!counts[noun.type]) continue;
    if (noun === AD_ACCOUNT) await requireKnown(tx, AD_ACCOUNTS);
    note(noun.type, await bringNouns(tx, noun));
  }
  if (counts.entity) note('entity', await bringEntities(tx));
  // What ends makes room first, and members go before what is assigned to them.
  for (const scope of ReplaceScope.options.filter((it) => replacement?.scopes.includes(it))) {
    const { counts: ended, first } = await endMissing(tx, scope, replacement as Replacement);
    applied.changed += Object.values(ended).reduce((sum, count) => sum + count, 0);
    Object.assign(applied.endedOf, ended);
    applied.ending.push(...first);
  }
  for (const relation of RELATIONS) {
    if (!counts[relation.type]) continue;
    const planned = await bringRelation(tx, relation, mode);
    note(relation.type, planned.changed);
    applied.reopened += planned.reopened;
    if (planned.skipped > 0) applied.skippedOf[relation.type] = planned.skipped;
  }
  // The trails of what users are called are those of the memberships that the file brings, too.
  if (counts.user) note('user', await bringNouns(tx, USER));
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
