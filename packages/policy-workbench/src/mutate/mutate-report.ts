import type { Contract } from '../contract.ts';
import { junit } from '../junit.ts';
import type { Mutated, Tried } from './mutate-policies.ts';
import { proposedTest } from './proposal.ts';

/** What mutating brought, for people, for programs, or for CI. */
export function mutateReport(mutated: Mutated, output: 'text' | 'json' | 'junit', contract: Contract): string {
  switch (output) {
    case 'text':
      return asText(mutated, contract);
    case 'json':
      return `${JSON.stringify(asJson(mutated, contract), null, 2)}\n`;
    case 'junit':
      return junit(
        'policy mutate',
        mutated.tried.map((it) => ({
          suite: it.mutant.file,
          name: `${it.mutant.number} line ${it.mutant.line}: ${it.mutant.what}`,
          failure: lives(it) ? described(it, contract) : null,
        })),
      );
  }
}

/** Whether no test notices it, though it decides something otherwise, or may do so. */
const lives = ({ fate }: Tried): boolean => fate.is === 'survived' || fate.is === 'untold';

/** The mutants that live on though they decide otherwise, or may do so. */
export const survivors = ({ tried }: Mutated): readonly Tried[] => tried.filter(lives);

function asText(mutated: Mutated, contract: Contract): string {
  return `${[...survivors(mutated).flatMap((it) => [described(it, contract), '']), summary(mutated)].join('\n')}\n`;
}

function summary(mutated: Mutated): string {
  const { killed, survived, equivalent, untold, refused } = counts(mutated);
  return (
    `${mutated.tried.length} mutants: ${killed} killed by the tests, ${survived} survived, ` +
    (untold > 0 ? `${untold} live on and nobody can tell whether they matter, ` : '') +
    `${equivalent} equivalent (every situation is decided as before), ${refused} refused by the compiler; ` +
    `score ${score(mutated)}%, in ${mutated.seconds.toFixed(1)} s`
  );
}

function counts({ tried }: Mutated): Record<Tried['fate']['is'], number> {
  const of = (is: Tried['fate']['is']): number => tried.filter(({ fate }) => fate.is === is).length;
  return {
    killed: of('killed'),
    survived: of('survived'),
    equivalent: of('equivalent'),
    untold: of('untold'),
    refused: of('refused'),
  };
}

/** Of the mutants that decide otherwise, or may, the share that the tests caught; rounded down, so that 100 means all. */
function score(mutated: Mutated): number {
  const { killed, survived, untold } = counts(mutated);
  const all = killed + survived + untold;
  return all === 0 ? 100 : Math.floor((killed / all) * 1000) / 10;
}

function described({ mutant, fate }: Tried, contract: Contract): string {
  const head = `${mutant.number} ${mutant.file}:${mutant.line} ${mutant.what}`;
  if (fate.is === 'untold') {
    const why = '  No test notices it. Whether it decides anything otherwise cannot be told';
    return [`UNTOLD ${head}`, mutant.diff, `${why} (${fate.why}).`].join('\n');
  }
  if (fate.is !== 'survived') return '';
  const invariants = fate.violates.length > 0 ? [`  caught by the invariants alone: ${fate.violates.join(', ')}`] : [];
  const missing = ['  The missing test:', proposedTest(fate.difference, mutant, contract)];
  return [`SURVIVED ${head}`, mutant.diff, ...invariants, ...missing].join('\n');
}

function asJson(mutated: Mutated, contract: Contract): object {
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
      ...(fate.is === 'untold' && { why: fate.why }),
      ...(fate.is === 'survived' && {
        violates: fate.violates,
        test: proposedTest(fate.difference, mutant, contract),
      }),
    })),
  };
}
