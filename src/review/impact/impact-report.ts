import type { Change } from './change.ts';
import { details, number, sentence, spaceLines } from './change-sentences.ts';
import { isUntold, someoneGains, type Impact } from './impact.ts';
import { impactCases } from './impact-cases.ts';
import { junit } from '@sparkgate/policy-workbench/junit';
import { markdownText } from './markdown-text.ts';

export type ImpactOutput = 'text' | 'markdown' | 'json' | 'junit';

/** What an edit does, for people, for a pull request, or for programs. */
export function impactReport(impact: Impact, output: ImpactOutput): string {
  switch (output) {
    case 'text':
      return text(impact);
    case 'markdown':
      return markdown(impact);
    case 'junit':
      return junit('policy impact', impactCases(impact));
    case 'json':
      return `${JSON.stringify({ ...impact, someone_gains: someoneGains(impact) }, null, 2)}\n`;
  }
}

function text(impact: Impact): string {
  const changes = impact.changes.flatMap((it) => [sentence(it), ...details(it).map((line) => `    ${line}`)]);
  return [
    ...heads(impact),
    '',
    ...changes,
    ...(changes.length > 0 ? [''] : []),
    ...spaceLines(impact),
    ...impact.notes,
    foot(impact),
    '',
  ].join('\n');
}

function markdown(impact: Impact): string {
  const changes = impact.changes.flatMap((it) => [
    `- **${markdownText(sentence(it))}**`,
    ...details(it).map((line) => `  - ${markdownText(line)}`),
  ]);
  const lines = [...spaceLines(impact), ...impact.notes].map((line) => `- ${markdownText(line)}`);
  return [
    '### Impact of this policy change',
    '',
    ...heads(impact).map(markdownText),
    '',
    ...changes,
    ...(changes.length > 0 ? [''] : []),
    ...lines,
    '',
    `<sub>${markdownText(foot(impact))}</sub>`,
    '',
  ].join('\n');
}

function heads(impact: Impact): string[] {
  const { changes, live, spaces, notes } = impact;
  if (impact.base === impact.head) return ['The policies are the same.'];
  const untold = isUntold(impact);
  if (!live && spaces.length > 0) return ['Decisions change; without a database nobody can say for whom.'];
  if (changes.length > 0) {
    return [directed('loses', changes, untold), directed('gains', changes, untold)];
  }
  if (spaces.length > 0) {
    return [
      untold
        ? `Decisions change; nobody was found in such a situation, but ${NOT_FOR_ALL}`
        : 'Decisions change, but nobody is in such a situation today.',
    ];
  }
  if (untold) return [`No change was found, but ${NOT_FOR_ALL}`];
  if (!live) return ['No decision changes, in any situation that was compared.'];
  return [notes.length > 0 ? 'No decision changes for anybody who is there.' : 'No decision changes.'];
}

const NOT_FOR_ALL = 'it cannot be told for all (see the notes).';

function directed(verb: 'loses' | 'gains', changes: readonly Change[], untold: boolean): string {
  const count = changes.filter(({ direction }) => direction === (verb === 'loses' ? 'loss' : 'gain')).length;
  const somebody = `Somebody ${verb} something`;
  if (count > 0) return `${verb === 'gains' ? somebody.toUpperCase() : somebody} (${count} ${many(count, 'change')}).`;
  return untold ? `Nobody was found who ${verb} anything, but ${NOT_FOR_ALL}` : `Nobody ${verb} anything.`;
}

function foot({ live, decided, seconds, base, head }: Impact): string {
  const whom = live
    ? `${number(live.pairs)} pairs at revision ${live.revision}, ${number(decided)} situations decided twice`
    : 'no database';
  return `${base.slice(0, 12)} -> ${head.slice(0, 12)}: ${whom}, ${seconds.toFixed(1)} s`;
}

const many = (count: number, word: string): string => (count === 1 ? word : `${word}s`);
