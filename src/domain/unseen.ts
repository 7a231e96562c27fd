import { SparkgateError, type Reason } from './errors.ts';

/**
 * The one answer to whoever may not know of something: for what does not exist, what is private, and what no policy
 * knows. As a reason of a denial.
 */
export const UNSEEN: Reason = { code: 'UNKNOWN_RESOURCE', says: 'UNSEEN' };

/** The same as an error. */
export function unseen(): SparkgateError {
  return new SparkgateError('not_found', (say) => say.reasons.UNSEEN);
}
