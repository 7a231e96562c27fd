import type { Context, Question, ServiceAction, Subject, Verdict } from './context.ts';
import { SparkgateError } from './errors.ts';
import type { Tx } from './transact.ts';
import { unseen } from './unseen.ts';

/**
 * Lets a verb go on only if the policies allow the actor to, on the facts that the write itself sees.
 * @throws SparkgateError `forbidden` with every missing condition, or `not_found` where existence is private.
 */
export async function authorize(ctx: Context, question: Question, tx: Tx | null): Promise<void> {
  if (ctx.actor.type === 'operator') return;
  const verdict = await ask(ctx, question, tx);
  if (!verdict.decision) throw refusal(verdict);
}

/** As {@link authorize}, but hands the verdict back. */
export async function ask(ctx: Context, question: Question, tx: Tx | null): Promise<Verdict> {
  return ctx.authorizer.person(ctx.actor, question, ctx.key?.bcIds ?? null, tx?.query ?? null);
}

/**
 * Lets a call go on only if the policies allow its API key to make it. `bcIds` are the Business Centers that it
 * touches, null standing for what belongs to none. People who come without a key are asked about too: what they may
 * call depends on whom the call is about, which is themselves unless `about` says otherwise. The operator is not asked.
 * @throws SparkgateError `forbidden`
 */
export async function authorizeKey(
  ctx: Pick<Context, 'actor' | 'key' | 'authorizer'>,
  action: ServiceAction,
  bcIds: readonly (string | null)[],
  about?: Subject,
): Promise<void> {
  const { actor, key, authorizer } = ctx;
  if (key) {
    const verdict = await authorizer.key(key, action, bcIds);
    if (!verdict.decision) throw new SparkgateError('forbidden', (say) => say.details.keyMayNot(action));
  } else if (actor.type !== 'operator') {
    const verdict = await authorizer.keyless(actor, action, about ?? actor);
    if (!verdict.decision) throw new SparkgateError('forbidden', (say) => say.details.personMayNot(action));
  }
}

/**
 * Lets a call read facts of these Business Centers, null standing for what belongs to none. What the key may not see is
 * to it as if it did not exist.
 * @throws SparkgateError `forbidden` for a call that may read no facts at all, `not_found` for one that may not read these
 */
export async function authorizeReading(ctx: Context, bcIds: readonly (string | null)[]): Promise<void> {
  await authorizeKey(ctx, 'read_relationships', []);
  await authorizeKey(ctx, 'read_relationships', bcIds).catch((error: unknown) => {
    throw error instanceof SparkgateError && error.code === 'forbidden' ? unseen() : error;
  });
}

/** Whether a key calls for itself: it reads facts as they are stored, while people see what the policies let them see. */
export function isKeyAlone({ actor }: Pick<Context, 'actor'>): boolean {
  return actor.type === 'api_key';
}

/** The error of a denied verdict. */
export function refusal(verdict: Extract<Verdict, { decision: false }>): SparkgateError {
  if (verdict.private) return unseen();
  return new SparkgateError('forbidden', (say) => say.details.noRule, { reasons: verdict.reasons });
}
