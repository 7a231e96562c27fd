import type { Context, Submission as Attempt } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { queryIn, type Written } from '../transact.ts';
import { REMEMBERED } from './remember.ts';

/** A write that was carried out once: what was kept of its result, and the result itself if that was by this call. */
export interface CarriedOut<Result, Kept> extends Written<Kept> {
  now: Result | null;
}

/**
 * Carries a write out, unless it was carried out already: then its answer is given again, and nothing is done. The
 * database decides which of two that come at once is the first. What was refused is not remembered.
 * @param keep what the answer needs of the result: never a secret
 * @throws SparkgateError `unprocessable` for a key that came with something else before
 */
export async function carryOutOnce<Result, Kept>(
  ctx: Context,
  { key, sent }: Pick<Attempt, 'key' | 'sent'>,
  verb: (ctx: Context) => Promise<Written<Result>>,
  keep: (result: Result) => Kept,
): Promise<CarriedOut<Result, Kept>> {
  const before = await answerOf<Kept>(ctx, { key, sent });
  if (before) return { ...before, now: null };
  const submission = { key, sent, keep: (result: unknown) => keep(result as Result) };
  try {
    const { result, revision } = await verb({ ...ctx, submission });
    return { result: keep(result), revision: await settle(ctx, key, revision), now: result };
  } catch (error) {
    const first = await answerOf<Kept>(ctx, { key, sent }).catch((failure: unknown) => {
      throw failure instanceof SparkgateError && failure.code === 'unprocessable' ? failure : error;
    });
    if (first) return { ...first, now: null };
    throw error;
  }
}

interface Row {
  sent: Buffer;
  kept: unknown;
  write_id: string | null;
  revision: string | null;
}

const FIND = `
  select sent, kept, write_id, revision from submission where key = $1 and at > clock_timestamp() - ${REMEMBERED}`;

/** What was answered before; null where nothing was. */
async function answerOf<Kept>(
  ctx: Context,
  { key, sent }: Pick<Attempt, 'key' | 'sent'>,
): Promise<Written<Kept> | null> {
  const [row] = await queryIn(ctx.orm.em.fork())<Row>(FIND, [key]);
  if (!row) return null;
  if (!row.sent.equals(await sent())) throw new SparkgateError('unprocessable', (say) => say.details.keyOfOther);
  const result = row.kept as Kept;
  if (row.revision !== null) return { result, revision: row.revision };
  const now = await ctx.position();
  return { result, revision: await settle(ctx, key, row.write_id === null ? now : `${now}.${row.write_id}`) };
}

/** All answers tell one revision: that of whoever is first to say so. */
async function settle(ctx: Context, key: Buffer, revision: string): Promise<string> {
  const text = 'update submission set revision = coalesce(revision, $2) where key = $1 returning revision';
  const [row] = await queryIn(ctx.orm.em.fork())<{ revision: string }>(text, [key, revision]);
  return row?.revision ?? revision;
}
