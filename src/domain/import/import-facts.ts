import { authorizeKey } from '../authorize.ts';
import type { Context, Session } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { finish, untilUnraced, writeOn, type Outcome, type Tx, type Written } from '../transact.ts';
import { applyStaged, firstEndings, firstSkipped, type Manner } from './apply.ts';
import { fitting } from './entities.ts';
import { FACT_TYPES } from './fact-line.ts';
import { Interference } from './interference.ts';
import { joinsOf, setJoins, total } from './joins.ts';
import { REOPENED, type EndingFact, type ImportMode, type Replacement, type SkippedLine } from './modes.ts';
import { readLines } from './read-lines.ts';
import { AT_ONCE_MS } from './pass-imports.ts';
import { settle } from './settle.ts';
import { stageFacts, type Counts } from './stage.ts';

/**
 * An import of fewer lines waits for rows hardly longer at once than any other write, and is then made anew: if its node froze
 * while it waited, others would wait for what it got.
 */
const FEW = 2000;

/** So often an import is made anew that others have come in the way of in what cannot be mended. */
const TIMES = 5;

/** What was refused so may have been so for a moment only, in which another write stood half-way in sight. */
const MOMENTARY: ReadonlySet<string> = new Set(['invalid_request', 'limit_reached', 'conflict']);

/** What an import brought. */
export interface Imported {
  /** Lines of each type, without those that were skipped. */
  imported: Counts;
  /** The first lines that were skipped, in their order, and why. */
  skipped: SkippedLine[];
  /** All lines that were skipped. */
  skipped_count: number;
  /** Facts of each type that changed. */
  changed: Counts;
  /** Facts of each type that were ended, since the file lacks them, and the first of each. */
  ended: Counts;
  ending: EndingFact[];
}

/** How an import is made. */
interface Options {
  mode?: ImportMode;
  replacement?: Replacement | null;
  /** Only tells what would change. */
  dryRun?: boolean;
  /** Hears how many lines have come in. */
  onProgress?: (lines: number) => void;
}

/**
 * Imports facts from NDJSON, one a line: all of them or none, but for lines that would open again what an owner or an
 * administrator ended, which are skipped unless `mode` says otherwise. What is ended is looked at when the import takes
 * effect, not while it is sent.
 * @throws SparkgateError `invalid_request` that names the bad line
 */
export async function importFacts(
  ctx: Context,
  chunks: AsyncIterable<Uint8Array>,
  { mode = 'merge', replacement = null, dryRun = false, onProgress = () => undefined }: Options = {},
): Promise<Written<Imported>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return ctx.imports(async () => {
    await using session = await ctx.session('import');
    const counts = await stageFacts(session.query, fitting(ctx, readLines(chunks)), onProgress);
    const grants = replacement?.scopes.some((it) => it === 'account_grants' || it === 'assignments') ?? false;
    if (counts.account_grant || counts.assignment || grants) await authorizeKey(ctx, 'import_grants', [null]);
    if (total(counts) === 0) throw new SparkgateError('invalid_request', (say) => say.details.noFact);
    const manner = { mode, replacement, dryRun };
    return await apply(ctx, session, counts, manner);
  });
}

async function apply(ctx: Context, session: Session, counts: Counts, manner: Manner): Promise<Written<Imported>> {
  let refused: SparkgateError | null = null;
  for (let times = 0; times < TIMES; times += 1) {
    try {
      return await untilUnraced(async () => applyOnce(ctx, session, counts, manner));
    } catch (error) {
      if (error instanceof SparkgateError) {
        if (refused || !MOMENTARY.has(error.code)) throw error;
        refused = error;
      } else if (!(error instanceof Interference)) throw error;
    }
  }
  throw refused ?? new SparkgateError('conflict', (say) => say.details.movedOn);
}

/**
 * Nothing is locked but the rows that the file replaces, and at the end, for a moment, what all writes share. Others wait
 * then for as long as it takes to bring in again what they have touched, and to commit.
 */
async function applyOnce(ctx: Context, session: Session, counts: Counts, manner: Manner): Promise<Written<Imported>> {
  ctx.life.requireOpen();
  await using transaction = session.transaction([]);
  await setJoins(session.query, joinsOf(counts));
  if (total(counts) < FEW) await session.query(`set local lock_timeout = ${AT_ONCE_MS}`, []);
  // What is looked at when this commits is noted by the statement, and does not hang on each row.
  await session.query(`set local sparkgate.bulk = 'on'`, []);
  const tx = writeOn(ctx, session, transaction.begun);
  await transaction.begun;
  const outcome = await bring(tx, counts, manner);
  if (manner.dryRun) return { result: outcome.result, revision: await ctx.position() };
  return await finish(ctx, session, tx, outcome);
}

async function bring(tx: Tx, counts: Counts, manner: Manner): Promise<Outcome<Imported>> {
  const applied = await applyStaged(tx, counts, manner);
  const voided = await settle(tx, counts, manner, applied);
  const { changedOf, skippedOf, endedOf, reopened, again } = applied;
  const result = {
    imported: less(counts, skippedOf),
    skipped: await firstSkipped(tx, applied),
    skipped_count: total(skippedOf),
    changed: changedOf,
    ended: endedOf,
    ending: await firstEndings(tx, manner, applied),
  };
  // What was planned again may have been withdrawn, and is in the trail.
  if (total(changedOf) + total(endedOf) + again === 0) return { result, audit: 'unchanged' };
  const subject = { type: 'import', id: tx.id };
  const after = {
    ...result.imported,
    ...(result.skipped_count > 0 && { skipped: result.skipped_count }),
    ...(total(endedOf) > 0 && { ended: endedOf }),
  };
  const flags = reopened > 0 ? [REOPENED] : [];
  return { result, audit: [{ event: 'relationships.imported', subject, after, flags }, ...voided] };
}

/** Counts of a type that come to nothing are left out. */
function less(counts: Counts, fewer: Counts): Counts {
  const left = FACT_TYPES.map((type) => [type, (counts[type] ?? 0) - (fewer[type] ?? 0)] as const);
  return Object.fromEntries(left.filter(([, count]) => count > 0));
}
