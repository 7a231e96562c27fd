import { SparkgateError } from './errors.ts';

/** Under which the fact that a write changes is still the one that its caller knows: one of these tags; `*` = there is one. */
export type Precondition = '*' | readonly string[];

/**
 * Lets a write go on only if the fact that it changes is as its caller knows it. Asked in the write's own transaction,
 * behind its gates, so that it holds until the write commits.
 * @param tag that of {@link Tagged}; undefined where there is no such fact
 * @throws SparkgateError `precondition_failed`
 */
export function requireMatch({ ifMatch }: { ifMatch?: Precondition }, tag: string | undefined): void {
  if (ifMatch === undefined) return;
  if (tag !== undefined && (ifMatch === '*' || ifMatch.includes(tag))) return;
  throw new SparkgateError('precondition_failed', (say) => say.details.changedSince);
}
