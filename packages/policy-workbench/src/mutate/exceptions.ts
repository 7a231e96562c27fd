import { policiesIn, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { Affected } from './batch.ts';
import type { Mutant } from './mutants.ts';
import { runTests, type Fate, type TrialGround } from './trial.ts';

/**
 * Whether a mutant may matter by way of a principal or role policy. Those make exceptions for kinds by their names, so a
 * kind that is served under another name does not show them.
 */
export function mayBeExceptional(mutant: Mutant, affected: readonly Affected[], policies: Policies): boolean {
  if (policies.exceptions.length === 0) return false;
  // Whatever is no resource policy may be, or be imported by, what makes the exceptions.
  if (!policiesIn(policies, mutant.file).every(({ sort }) => sort === 'resource')) return true;
  return affected.some(({ before, after }) => before.swayedBy.length + after.swayedBy.length > 0);
}

/** What the tests say of a mutant that they alone can judge. */
export async function fateOfException(mutant: Mutant, ground: TrialGround): Promise<Fate> {
  const why = 'principal or role policies make exceptions there, and only the tests look at those';
  return (await runTests(mutant, ground)) ?? { is: 'untold', why };
}
