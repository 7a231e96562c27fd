import { junit } from '../junit.ts';
import type { Mutated, Tried } from './mutate-policies.ts';
import { proposedTest } from './proposal.ts';

/** What mutating brought, for people, for programs, or for CI. */
export function mutateReport(mutated: Mutated, output: 'text' | 'json' | 'junit'): string {
  switch (output) {
    case 'text':
      return asText(mutated);
    case 'json':
      return `${JSON.stringify(asJson(mutated), null, 2)}\n`;
    case 'junit':
      return junit(
        'policy mutate',
        mutated.tried.map((it) => ({
          suite: it.mutant.file,
          name: `${it.mutant.number} line ${it.mutant.line}: ${it.mutant.what}`,
          failure: it.fate.is === 'survived' ? described(it) : null,
        })),
      );
  }
}

/** The mutants that live on though they decide otherwise, or may do so. */
export const survivors = ({ tried }: Mutated): readonly Tried[] => tried.filter(({ fate }) => fate.is === 'survived');

function asText(mutated: Mutated): string {
  return `${[...survivors(mutated).flatMap((it) => [described(it), '']), summary(mutated)].join('\n')}\n`;
}

function summary(mutated: Mutated): string {
  const { killed, survived, equivalent, refused } = counts(mutated);
  const seen = mutated.tried.filter(({ fate }) => fate.is === 'equivalent' && fate.seen).length;
  return (
    `${mutated.tried.length} mutants: ${killed} killed by the tests, ${survived} survived, ` +
    `${equivalent} equivalent (every situation is decided as before${seen > 0 ? `; for ${seen} of them only the tests' own values say so` : ''}), ${refused} refused by the compiler; ` +
    `score ${score(mutated)}%, in ${mutated.seconds.toFixed(1)} s`
  );
}

function counts({ tried }: Mutated): Record<Tried['fate']['is'], number> {
  const of = (is: Tried['fate']['is']): number => tried.filter(({ fate }) => fate.is === is).length;
  return { killed: of('killed'), survived: of('survived'), equivalent: of('equivalent'), refused: of('refused') };
}

/** Of the mutants that decide otherwise, the share that the tests caught; rounded down, so that 100 means all. */
function score(mutated: Mutated): number {
  const { killed, survived } = counts(mutated);
  return killed + survived === 0 ? 100 : Math.floor((killed / (killed + survived)) * 1000) / 10;
}

function described({ mutant, fate }: Tried): string {
  if (fate.is !== 'survived') return '';
  const invariants = fate.violates.length > 0 ? [`  caught by the invariants alone: ${fate.violates.join(', ')}`] : [];
  const missing = ['  The missing test:', proposedTest(fate.difference, mutant)];
  return [
    `SURVIVED ${mutant.number} ${mutant.file}:${mutant.line} ${mutant.what}`,
    mutant.diff,
    ...invariants,
    ...missing,
  ].join('\n');
}

function asJson(mutated: Mutated): object {
  return {
    ...counts(mutated),
    mutants: mutated.tried.length,
    score: score(mutated),
    seconds: mutated.seconds,
    tried: mutated.tried.map(({ mutant, fate }) => ({
      ...mutant,
      text: undefined,
      fate: fate.is,
      ...(fate.is === 'killed' && { by: fate.by }),
      ...(fate.is === 'survived' && {
        violates: fate.violates,
        test: proposedTest(fate.difference, mutant),
      }),
    })),
  };
}
