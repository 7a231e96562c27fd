import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { loadedIn, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { Affected } from './batch.ts';
import type { Mutant } from './mutants.ts';

/**
 * Why a mutant may matter beyond the policies of kinds that are asked without version and scope; null where it cannot.
 * Principal and role policies make exceptions for kinds by their names, and scopes build on what they stand in: a kind that
 * is served under another name shows neither.
 */
export function beyondKinds(mutant: Mutant, affected: readonly Affected[], policies: Policies): string | null {
  const own = loadedIn(policies, mutant.file);
  if (own.some((it) => 'rules' in it && !it.document.decides)) return SCOPED;
  const scoped = policies.loaded.filter((it) => it.sort === 'resource' && !it.document.decides);
  if (affected.some(({ kind }) => scoped.some((it) => 'kind' in it && it.kind === kind))) return SCOPED;
  const isShared = !own.every(({ sort }) => sort === 'resource');
  // Whatever is no resource policy may be, or be imported by, what makes the exceptions or stands in a scope.
  if (isShared && scoped.length > 0) return SCOPED;
  if (policies.exceptions.length === 0) return null;
  const sways = affected.some(({ before, after }) => before.swayedBy.length + after.swayedBy.length > 0);
  return isShared || sways ? EXCEPTIONAL : null;
}

const EXCEPTIONAL = 'principal or role policies make exceptions there, and only the tests look at those';
const SCOPED = 'policies of a scope or another version have a say there, and only the tests look at those';

/** Whether no principal or role policy can have a say in a question: then a kind answers it under any name. */
export function undisturbed({ loaded }: Policies): (question: DecisionInput) => boolean {
  const exceptions = loaded.flatMap((it) => (it.sort === 'principal' || it.sort === 'role' ? [it] : []));
  return ({ kind, principalId, roles }) =>
    !exceptions.some((it) =>
      it.sort === 'role'
        ? roles.includes(it.whose)
        : it.whose === principalId && it.rules.some(({ resource }) => matchesGlob(resource, kind)),
    );
}
