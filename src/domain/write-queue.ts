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

/** Runs jobs of many, of each some at a time. */
export type Turns = <T>(of: string, job: () => Promise<T>) => Promise<T>;

/** A queue for each: nobody waits behind what another has asked. */
export function queueOfEach(bounds: { running: number; waiting: number }): Turns {
  const queues = new Map<string, { run: WriteQueue; jobs: number }>();
  return async (of, job) => {
    const queue = queues.get(of) ?? { run: writeQueue(bounds), jobs: 0 };
    queues.set(of, queue);
    queue.jobs += 1;
    try {
      return await queue.run(job);
    } finally {
      queue.jobs -= 1;
      if (queue.jobs === 0) queues.delete(of);
    }
  };
}
