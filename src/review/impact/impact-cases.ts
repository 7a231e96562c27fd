import type { JunitCase } from '@sparkgate/policy-workbench/junit';
import { details, sentence, spaceLines } from './change-sentences.ts';
import type { Impact } from './impact.ts';
import { isUntold } from './verdict.ts';

/**
 * A case that fails for each thing that somebody gains or loses, and for what cannot be told; where there is none, one
 * that holds. Without a database it is situations that become allowed or denied.
 */
export function impactCases(impact: Impact): JunitCase[] {
  const told = {
    suite: 'told',
    name: 'it can be told for all',
    failure: isUntold(impact) ? impact.notes.join('\n') : null,
  };
  return [...casesOf(impact, 'gain'), ...casesOf(impact, 'loss'), told];
}

function casesOf(impact: Impact, direction: 'gain' | 'loss'): JunitCase[] {
  const suite = direction === 'gain' ? 'gains' : 'losses';
  const changes = impact.changes.filter((change) => change.direction === direction);
  const cases = changes.map((change) => ({
    suite,
    name: sentence(change),
    failure: [sentence(change), ...details(change)].join('\n'),
  }));
  const spaces = impact.live ? [] : impact.spaces.filter((it) => (direction === 'gain' ? it.gained : it.lost) > 0);
  const lines = spaces.map((it) => spaceLines({ ...impact, spaces: [it] }).join('\n'));
  cases.push(
    ...spaces.map(({ kind, action }, n) => ({ suite, name: `${action} on ${kind}`, failure: lines[n] ?? '' })),
  );
  return cases.length > 0
    ? cases
    : [{ suite, name: `nobody ${direction === 'gain' ? 'gains' : 'loses'}`, failure: null }];
}
