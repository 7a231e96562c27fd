import type { Change } from './change.ts';
import type { Impact } from './impact.ts';
import type { Sort } from './sorts.ts';

/** Business Centers that are named for each change. */
const MOST_CENTERS = 5;

/** `38 members lose read_live_videos on 12 accounts` */
export function sentence({ action, direction, subject, resource, counts, naming, somewhere }: Change): string {
  const subjects = counts?.subjects ?? 1;
  const who = counts ? `${number(counts.subjects)} ${subject[counts.subjects === 1 ? 0 : 1]}` : subject[1];
  const verb = direction === 'gain' ? 'gain' : 'lose';
  const where = counts
    ? `on ${counts.resources === 1 && resource[0] === resource[1] ? '' : `${number(counts.resources)} `}${resource[counts.resources === 1 ? 0 : 1]}`
    : `on any ${resource[0]}`;
  const said = [...(naming.length > 0 ? [waysIn(naming)] : []), ...(somewhere ? ['in some ad account'] : [])];
  return `${who} ${verb}${subjects === 1 ? 's' : ''} ${action} ${where}${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}

/** Things to name that are told of each change. */
const MOST_NAMINGS = 3;

function waysIn(naming: readonly string[]): string {
  const told = naming.length > MOST_NAMINGS ? naming.slice(0, MOST_NAMINGS - 1) : naming;
  const left = naming.length - told.length;
  return [...told, ...(left > 0 ? [`${left} more ways to name something`] : [])].join(', or ');
}

/** By which rule, in which Business Centers, and who. */
export function details({ counts, centers, names, rules }: Change): string[] {
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

/** What becomes of the situations there can be, whoever is in them, and of each sort of them by which rules. */
export function spaceLines({ spaces }: Pick<Impact, 'spaces'>): string[] {
  return spaces.flatMap(({ kind, action, of, classes, gained, lost, example, sorts }) => [
    `Of ${number(classes)} ${of} for ${action} on ${kind}, ${number(gained)} become allowed and ${number(lost)} denied; such as: ${example}`,
    ...sorts.map(sortLine),
  ]);
}

const sortLine = ({ direction, rules, example }: Sort): string =>
  `${direction === 'gain' ? 'OPENED' : 'Closed'} by ${rules.length === 0 ? 'no rule that can be named' : rules.join(', ')}: ${example}`;

export const number = (value: number): string => value.toLocaleString('en-US');
