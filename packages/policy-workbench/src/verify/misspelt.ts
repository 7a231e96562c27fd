import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import type { Invariant } from './invariants.ts';
import { decisionsIn } from './said-actions.ts';
import { refuseUnknownChange } from './unknown-change.ts';
import { UnknownWord } from './unknown-word.ts';
import { refuseUnknownWords } from './unknown-words.ts';
import type { VectorSpace } from '../space/vector-space.ts';

/**
 * Refuses a sentence with a field or a value that its kind does not have, whether or not a decision depends on it: a
 * sentence with a misspelt word often holds, of nothing. @throws PolicyError with file and line
 */
export function refuseMisspelt(invariant: Invariant, space: VectorSpace): void {
  const { allowed_only_if, allowed_whenever, holds, change, id, place } = invariant;
  const text = allowed_only_if ?? allowed_whenever ?? holds;
  try {
    if (change) refuseUnknownChange(change, space);
    if (holds !== undefined && decisionsIn(holds).length === 0)
      throw new UnknownWord('it asks for no decision: `allowed.<action>` is one');
    if (text !== undefined) refuseUnknownWords(text, { space, decisions: holds !== undefined });
  } catch (error) {
    if (error instanceof UnknownWord || error instanceof UnreadableExpression)
      throw new PolicyError(`${place}: ${id}: ${error.message}`, { cause: error });
    throw error;
  }
}
