import type { PolicyFile } from '@sparkgate/cerbos-policies/policy-files';
import type { Affected } from './batch.ts';
import type { Mutant } from './mutants.ts';
import { runTests, type Fate, type TrialGround } from './trial.ts';

/**
 * Whether a mutant may matter by way of a principal or role policy. Those make exceptions for kinds by their names, so a
 * kind that is served under another name does not show them.
 */
export function mayBeExceptional(mutant: Mutant, affected: readonly Affected[], files: readonly PolicyFile[]): boolean {
  const documents = files.flatMap((file) => file.documents);
  if (!documents.some((it) => it['principalPolicy'] !== undefined || it['rolePolicy'] !== undefined)) return false;
  const own = files.find(({ path }) => path === mutant.file)?.documents ?? [];
  // Whatever is no resource policy may be, or be imported by, what makes the exceptions.
  if (!own.every((it) => it['resourcePolicy'] !== undefined)) return true;
  return affected.some(({ before, after }) => before.swayedBy.length + after.swayedBy.length > 0);
}

/** What the tests say of a mutant that they alone can judge. */
export async function fateOfException(mutant: Mutant, ground: TrialGround): Promise<Fate> {
  const why = 'principal or role policies make exceptions there, and only the tests look at those';
  return (await runTests(mutant, ground)) ?? { is: 'untold', why };
}
