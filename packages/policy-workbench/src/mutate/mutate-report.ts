import { join } from 'node:path';
import { changeLine, type PolicyChange } from '@sparkgate/cerbos-policies/policy-changes';
import type { ChangesSince } from '../base/changes-since.ts';
import type { Contract } from '../contract.ts';
import type { Finding } from '../findings.ts';
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
      return junit('policy mutate', [
        ...mutated.tried.map((it) => ({
          suite: it.mutant.file,
          name: `${it.mutant.number} line ${it.mutant.line}: ${it.mutant.what}`,
          failure: lives(it) ? described(it, contract) : null,
        })),
        { suite: 'all', name: 'it can be told of all', failure: untoldText(mutated) },
      ]);
  }
}

/** Whether no test notices it, though it decides something otherwise, or may do so. */
const lives = ({ fate }: Tried): boolean => fate.is === 'survived' || fate.is === 'untold';

/** How mutating ends: a mistake goes unnoticed, or it cannot be told of all of them, or all is well. */
export function verdictOf(mutated: Mutated): 'fine' | 'survives' | 'untold' {
  const { survived, untold, untried } = counts(mutated);
  if (survived > 0) return 'survives';
  return untold + untried > 0 || isUntouched(mutated) || gone(mutated).length > 0 ? 'untold' : 'fine';
}

/** Whether something that decides was changed, or everything was asked about, and there was nothing to put a mistake into. */
const isUntouched = ({ mutants, since }: Mutated): boolean =>
  mutants === 0 && (since === null || since.changes.length > 0);

/**
 * What an edit took away: there is nothing left to put a mistake into. Without a variable or a constant whatever used it
 * reads otherwise, too, and is mutated.
 */
const gone = ({ since }: Mutated): PolicyChange[] =>
  since?.changes.filter(({ is, part }) => is === 'removed' && part !== 'variable' && part !== 'constant') ?? [];

/** What goes unnoticed, or may do so, for whoever reads no report. */
export function mutateFindings(mutated: Mutated, folder: string, contract: Contract): Finding[] {
  const living = mutated.tried.filter(lives).map((it): Finding => ({
    level: it.fate.is === 'survived' ? 'error' : 'warning',
    title: it.fate.is === 'survived' ? 'survived' : 'untold',
    file: join(folder, it.mutant.file),
    line: it.mutant.line,
    message: described(it, contract),
  }));
  const { untried } = counts(mutated);
  const rest = [
    ...(untried > 0 ? [`${untried} of ${mutated.tried.length} mistakes were not tried: time was up.`] : []),
    ...(isUntouched(mutated) ? [nothingTried(mutated)] : []),
    ...gone(mutated).map((it) => `Whether the tests notice that this is gone cannot be told: ${changeLine(it)}`),
  ];
  return [
    ...living,
    ...rest.map((message): Finding => ({ level: 'warning', title: 'cannot tell', file: null, line: null, message })),
  ];
}

function asText(mutated: Mutated, contract: Contract): string {
  const { since } = mutated;
  const told = since === null ? [] : [...changesText(since), ''];
  const living = mutated.tried.filter(lives).flatMap((it) => [described(it, contract), '']);
  return `${[...told, ...living, summary(mutated)].join('\n')}\n`;
}

/** What was compared, and every rule that differs, whether there is a mistake to put into it or not. */
function changesText({ called, changes, unreadable }: ChangesSince): string[] {
  const many =
    changes.length === 1 ? '1 part of the policies differs' : `${changes.length} parts of the policies differ`;
  return [
    ...(unreadable === null ? [] : [`The base ${called} cannot be read, so that all counts as added: ${unreadable}`]),
    `${changes.length === 0 ? 'Nothing that decides differs' : many} from ${called}.`,
    ...changes.map((it) => `  ${changeLine(it)}`),
  ];
}

function nothingTried({ since }: Mutated): string {
  if (since === null) return 'CANNOT TELL: there is no rule to put a mistake into.';
  if (since.changes.length === 0) return `No mistake was tried: nothing that decides differs from ${since.called}.`;
  return 'CANNOT TELL: what differs left no rule to put a mistake into. `policy impact` compares the decisions.';
}

/** Why it cannot be told of all, besides the mutants that are cases of their own; null: it can. */
function untoldText(mutated: Mutated): string | null {
  const { untried } = counts(mutated);
  if (isUntouched(mutated)) return nothingTried(mutated);
  const said = gone(mutated).map((it) => changeLine(it));
  return [...(untried > 0 ? [`${untried} mistakes were not tried: time was up.`] : []), ...said].join('\n') || null;
}

function summary(mutated: Mutated): string {
  if (mutated.mutants === 0) return nothingTried(mutated);
  const { killed, survived, equivalent, untold, refused, untried } = counts(mutated);
  const share = score(mutated);
  const part = mutated.tried.length === mutated.mutants ? '' : ` of ${mutated.mutants}`;
  return (
    `${mutated.tried.length}${part} mutants: ${killed} killed by the tests, ${survived} survived, ` +
    (untold > 0 ? `${untold} live on and nobody can tell whether they matter, ` : '') +
    (untried > 0 ? `${untried} not tried for want of time, ` : '') +
    `${equivalent} equivalent (every situation is decided as before), ${refused} refused by the compiler; ` +
    `${share === null ? 'no score' : `score ${share}%`}, in ${mutated.seconds.toFixed(1)} s`
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
    untried: of('untried'),
  };
}

/**
 * Of the mutants that decide otherwise, or may, the share that the tests caught; rounded down, so that 100 means all. Null
 * where there is none.
 */
function score(mutated: Mutated): number | null {
  const { killed, survived, untold } = counts(mutated);
  const all = killed + survived + untold;
  return all === 0 ? null : Math.floor((killed / all) * 1000) / 10;
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
    of: mutated.mutants,
    verdict: verdictOf(mutated),
    since: mutated.since && {
      ...mutated.since,
      changes: mutated.since.changes.map((it) => ({ ...it, at: undefined })),
    },
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
