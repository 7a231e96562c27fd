import type { Context, RateRule } from './context.ts';
import { SparkgateError } from './errors.ts';

/** What is counted apart: looking at consents and answering them, and asking for access. */
export type Counted = 'consent' | 'access_request';

/** Lets nobody do more of it than the limits allow. @throws SparkgateError `rate_limited`, with the seconds to wait */
export async function takeTurn(
  { rates }: Pick<Context, 'rates'>,
  counted: Counted,
  rule: RateRule,
  id: string,
): Promise<void> {
  const wait = await rates.take(rule, `${counted} ${id}`);
  if (wait === null) return;
  throw new SparkgateError('rate_limited', (say) => say.details.tooMany(wait), { retryAfter: wait });
}
