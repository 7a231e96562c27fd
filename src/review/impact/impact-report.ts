import { githubLines } from '@sparkgate/policy-workbench/findings';
import { junit } from '@sparkgate/policy-workbench/junit';
import type { Change } from './change.ts';
import { details, number, sentence, spaceLines } from './change-sentences.ts';
import type { Impact } from './impact.ts';
import { impactCases } from './impact-cases.ts';
import { impactFindings } from './impact-findings.ts';
import { markdownText } from './markdown-text.ts';
import type { SpaceChange } from './spaces.ts';
import { isUntold, verdictOf } from './verdict.ts';

export const IMPACT_OUTPUTS = ['text', 'markdown', 'json', 'junit', 'github'] as const;
export type ImpactOutput = (typeof IMPACT_OUTPUTS)[number];

/** What an edit does, for people, for a pull request, or for programs. @param folder that of the edited policies */
export async function impactReport(impact: Impact, output: ImpactOutput, folder: string): Promise<string> {
  switch (output) {
    case 'text':
      return text(impact);
    case 'markdown':
      return markdown(impact);
    case 'junit':
      return junit('policy impact', impactCases(impact));
    case 'json':
      return `${JSON.stringify({ ...impact, verdict: verdictOf(impact) }, null, 2)}\n`;
    case 'github':
      return githubLines(impactFindings(impact, folder));
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
    ...written(impact),
    foot(impact),
    '',
  ].join('\n');
}

function markdown(impact: Impact): string {
  const changes = impact.changes.flatMap((it) => [
    `- **${markdownText(sentence(it))}**`,
    ...details(it).map((line) => `  - ${markdownText(line)}`),
  ]);
  const lines = [...spaceLines(impact), ...impact.notes, ...written(impact)].map((line) => `- ${markdownText(line)}`);
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

/** Lines of what is written differently that are shown. */
const MOST_WRITTEN = 60;

/** Every part of the policies that is written differently, whatever it decides. */
function written({ written: all, called }: Impact): string[] {
  if (all.length === 0) return [];
  const more = all.length - MOST_WRITTEN;
  return [
    `Written differently than in ${called}:`,
    ...all.slice(0, MOST_WRITTEN),
    ...(more > 0 ? [`and ${number(more)} more parts`] : []),
  ];
}

/** What people read first. */
function heads(impact: Impact): string[] {
  const { changes, live, spaces, gone, notes } = impact;
  if (impact.base === impact.head && impact.base !== '') return ['The policies are the same.'];
  const untold = isUntold(impact);
  if (changes.length > 0) {
    return [directed('loses', changes, untold), directed('gains', changes, untold), ...goneHead(gone)];
  }
  if (!live && spaces.length > 0)
    return [WITHOUT, ...opened(spaces), ...(untold ? [THERE_MAY_BE_MORE] : []), ...goneHead(gone)];
  if (gone.length > 0) return [...goneHead(gone), ...(untold ? [THERE_MAY_BE_MORE] : [])];
  if (spaces.length > 0) {
    return [
      untold
        ? `Decisions change; nobody was found in such a situation, but ${NOT_FOR_ALL}`
        : 'Decisions change, but nobody is in such a situation today.',
      ...opened(spaces),
    ];
  }
  if (untold) return [CANNOT_TELL];
  if (!live) return ['No decision changes, in any situation that was compared.'];
  return [notes.length > 0 ? 'No decision changes for anybody who is there.' : 'No decision changes.'];
}

const WITHOUT = 'Decisions change; without a database nobody can say for whom.';

const goneHead = (gone: readonly string[]): string[] =>
  gone.length === 0 ? [] : [`EVERYBODY LOSES what the policies gave on ${gone.join(', ')}: none is about it any more.`];

function opened(spaces: readonly SpaceChange[]): string[] {
  const names = (of: 'gained' | 'lost'): string =>
    spaces
      .filter((it) => it[of] > 0)
      .map(({ action, kind }) => `${action} on ${kind}`)
      .join(', ');
  const [more, less] = [names('gained'), names('lost')];
  return [
    more === '' ? 'Nothing was found that becomes allowed.' : `SOMETHING BECOMES ALLOWED: ${more}.`,
    ...(less === '' ? [] : [`Something becomes denied: ${less}.`]),
  ];
}

const NOT_FOR_ALL = 'it cannot be told for all (see the notes).';
const CANNOT_TELL = `CANNOT TELL. No change was found, but ${NOT_FOR_ALL}`;
const THERE_MAY_BE_MORE = 'CANNOT TELL whether that is all (see the notes).';

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
