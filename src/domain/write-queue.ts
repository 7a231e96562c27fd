import pLimit from 'p-limit';
import { SparkgateError } from './errors.ts';

/** Runs jobs, some at a time, and refuses at once what would have to wait too long. */
export type WriteQueue = <T>(job: () => Promise<T>) => Promise<T>;

/**
 * @param running how many jobs run at once
 * @param waiting how many may wait for their turn
 */
export function writeQueue({ running, waiting }: { running: number; waiting: number }): WriteQueue {
  const limit = pLimit(running);
  return async (job) => {
    if (limit.pendingCount >= waiting) {
      throw new SparkgateError('unavailable', (say) => say.details.writesWaiting, { retryAfter: 1 });
    }
    return limit(job);
  };
}
