import type { Change } from './change.ts';
import { someoneGains, type Impact } from './impact.ts';

/** Business Centers that are named for each change. */
const MOST_CENTERS = 5;

/** What an edit does, for people, for a pull request, or for programs. */
export function impactReport(impact: Impact, output: 'text' | 'markdown' | 'json'): string {
  switch (output) {
    case 'text':
      return text(impact);
    case 'markdown':
      return markdown(impact);
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
    `- **${escaped(sentence(it))}**`,
    ...details(it).map((line) => `  - ${escaped(line)}`),
  ]);
  const lines = [...spaceLines(impact), ...impact.notes].map((line) => `- ${escaped(line)}`);
  return [
    '### Impact of this policy change',
    '',
    ...heads(impact).map(escaped),
    '',
    ...changes,
    ...(changes.length > 0 ? [''] : []),
    ...lines,
    '',
    `<sub>${escaped(foot(impact))}</sub>`,
    '',
  ].join('\n');
}

function heads(impact: Impact): string[] {
  const { changes, live, spaces } = impact;
  if (impact.base === impact.head) return ['The policies are the same.'];
  if (!live) {
    return spaces.length > 0
      ? ['Decisions change; without a database nobody can say for whom.']
      : ['No decision changes, in any situation that was compared.'];
  }
  const counted = (direction: Change['direction']): string[] =>
    changes.filter((it) => it.direction === direction).map(sentence);
  const [gains, losses] = [counted('gain'), counted('loss')];
  if (gains.length + losses.length === 0) {
    return [spaces.length > 0 ? 'Decisions change, but nobody is in such a situation today.' : 'No decision changes.'];
  }
  return [
    losses.length > 0
      ? `Somebody loses something (${losses.length} ${many(losses.length, 'change')}).`
      : 'Nobody loses anything.',
    gains.length > 0
      ? `SOMEBODY GAINS SOMETHING (${gains.length} ${many(gains.length, 'change')}).`
      : 'Nobody gains anything.',
  ];
}

/** `38 members lose read_live_videos on 12 accounts` */
function sentence({ action, direction, subject, resource, counts, naming, somewhere }: Change): string {
  const subjects = counts?.subjects ?? 1;
  const who = counts ? `${number(counts.subjects)} ${subject[counts.subjects === 1 ? 0 : 1]}` : subject[1];
  const verb = direction === 'gain' ? 'gain' : 'lose';
  const where = counts
    ? `on ${counts.resources === 1 && resource[0] === resource[1] ? '' : `${number(counts.resources)} `}${resource[counts.resources === 1 ? 0 : 1]}`
    : `on any ${resource[0]}`;
  const said = [...(naming.length > 0 ? [naming.join(', or ')] : []), ...(somewhere ? ['in some ad account'] : [])];
  return `${who} ${verb}${subjects === 1 ? 's' : ''} ${action} ${where}${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}

function details({ counts, centers, names, rules }: Change): string[] {
  const listed = centers.slice(0, MOST_CENTERS).map((it) => `${it.bc_id} ${number(it.pairs)}`);
  const more = centers.length - listed.length;
  const left = (counts?.pairs ?? 0) - names.length;
  return [
    ...rules.map((rule) => `by ${rule}`),
    ...(listed.length > 0
      ? [`in ${listed.join(', ')}${more > 0 ? `, and ${number(more)} more Business Centers` : ''}`]
      : []),
    ...(names.length > 0
      ? [
          `${names.map(({ subject, resource }) => (subject === resource ? subject : `${subject} on ${resource}`)).join(', ')}${left > 0 ? `, and ${number(left)} more` : ''}`,
        ]
      : []),
  ];
}

function spaceLines({ spaces }: Impact): string[] {
  return spaces.map(
    ({ kind, action, classes, gained, lost, example }) =>
      `Of ${number(classes)} sorts of situations for ${action} on ${kind}, ${number(gained)} become allowed and ${number(lost)} denied; such as: ${example}`,
  );
}

function foot({ live, decided, seconds, base, head }: Impact): string {
  const whom = live
    ? `${number(live.pairs)} pairs at revision ${live.revision}, ${number(decided)} situations decided twice`
    : 'no database';
  return `${base.slice(0, 12)} -> ${head.slice(0, 12)}: ${whom}, ${seconds.toFixed(1)} s`;
}

const number = (value: number): string => value.toLocaleString('en-US');
const many = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

/** Names come from outside: nothing in them may become a link, a mention or markup. */
const escaped = (line: string): string =>
  line.replaceAll(/[\\`*_{}[\]<>()#+!|&~@]/g, (it) => (it === '@' ? '&#64;' : `&#${it.codePointAt(0)};`));
