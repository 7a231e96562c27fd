import { join } from 'node:path';
import type { Finding } from '@sparkgate/policy-workbench/findings';
import { sentence, spaceLines } from './change-sentences.ts';
import type { Impact } from './impact.ts';
import { isUntold, verdictOf } from './verdict.ts';

/** What an edit does, for whoever reads no report: a change of decisions is a warning, since a reviewer may want it. */
export function impactFindings(impact: Impact, folder: string): Finding[] {
  const verdict = verdictOf(impact);
  if (verdict === 'nothing') return [];
  const { changes, spaces, notes, written } = impact;
  const said = [
    ...changes.map(sentence),
    ...spaceLines({ spaces }),
    ...(isUntold(impact) || impact.gone.length > 0 ? notes : []),
  ];
  const place = placeOf(written, folder);
  return [{ level: 'warning', title: TITLES[verdict], ...place, message: [...said, ...written].join('\n') }];
}

const TITLES = {
  gains: 'somebody gains',
  untold: 'cannot tell what changes',
  loses: 'somebody loses',
  widens: 'opened to nobody who is there today',
} as const;

/** Where the first part stands that is written differently and still there. */
function placeOf(written: readonly string[], folder: string): Pick<Finding, 'file' | 'line'> {
  for (const it of written) {
    const [, file, line] = /^(?:added|changed) (.*?):(\d+) /.exec(it) ?? [];
    if (file !== undefined) return { file: join(folder, file), line: Number(line) };
  }
  return { file: null, line: null };
}
