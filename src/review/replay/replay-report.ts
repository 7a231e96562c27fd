import type { Json } from '@sparkgate/cerbos-policies/json';
import { junit, type JunitCase } from '@sparkgate/policy-workbench/junit';
import { inPlainWords } from '@sparkgate/policy-workbench/space/plain-words';
import type { Difference, Recorded, Replayed } from './replay.ts';
import { WORDS } from '../words.ts';

/** Differences that are told one by one. */
const MOST = 50;

const WITHOUT_IDS = 'cannot be decided again: the policies look at ids, and the record holds none';

/** What came of deciding again, for people or for programs. */
export function replayReport(replayed: Replayed, output: 'text' | 'json' | 'junit'): string {
  if (output === 'json') return `${JSON.stringify(replayed, null, 2)}\n`;
  if (output === 'junit') return junit('policy replay', casesOf(replayed));
  const { policy, records, distinct, bundles, differences, withoutIds, wrong, wrongBesides } = replayed;
  const [times, undecided] = [timesOf(differences), timesOf(withoutIds)];
  const by = bundles.map((it) => it.slice(0, 12)).join(', ') || 'none';
  return [
    ...wrong.map(({ line, why }) => `line ${line} ${why}`),
    ...(wrongBesides > 0 ? [`and ${wrongBesides} more lines that are wrong`] : []),
    ...differences.slice(0, MOST).flatMap(told),
    ...(differences.length > MOST ? [`and ${differences.length - MOST} more`] : []),
    ...withoutIds.slice(0, MOST).map(toldWithoutIds),
    ...(withoutIds.length > MOST ? [`and ${withoutIds.length - MOST} more without ids`] : []),
    `${records} decisions (${distinct} different ones, by ${by}): ${records - undecided} decided again by ${policy.slice(0, 12)}, ${times} of them otherwise.`,
    ...(undecided > 0 ? [`${undecided} decisions ${WITHOUT_IDS}.`] : []),
    '',
  ].join('\n');
}

/**
 * A case for each decision that comes out otherwise or cannot be decided again and each line that is wrong, and one for
 * all the others.
 */
function casesOf({ records, differences, withoutIds, wrong, wrongBesides }: Replayed): JunitCase[] {
  const times = timesOf(differences) + timesOf(withoutIds);
  const wrongLines = wrong.map(({ line, why }) => ({ name: `line ${line}`, failure: `line ${line} ${why}` }));
  const more = { name: 'more lines', failure: `${wrongBesides} more lines are wrong` };
  return [
    { name: `${records - times} decisions come out as recorded`, failure: null },
    ...differences.map((it) => ({ name: `line ${it.line}`, failure: told(it).join('\n') })),
    ...withoutIds.map((it) => ({ name: `line ${it.line}`, failure: toldWithoutIds(it) })),
    ...wrongLines,
    ...(wrongBesides > 0 ? [more] : []),
  ].map((it) => ({ suite: 'decisions', ...it }));
}

const timesOf = (all: readonly Recorded[]): number => all.reduce((sum, it) => sum + it.times, 0);

function toldWithoutIds(it: Recorded): string {
  return `${headOf(it)} ${WITHOUT_IDS}`;
}

/** Which decision it is; whose and about what, where the record says so. */
function headOf({ record, line, times }: Recorded): string {
  const { kind, action, roles, subject, resource_id: resourceId, revision } = record;
  const about = resourceId === undefined ? kind : `${kind} ${resourceId}`;
  const by = subject?.id === undefined ? '' : ` by ${roles.join(', ')} ${subject.id}`;
  return `line ${line}${times > 1 ? ` and ${times - 1} more` : ''}: ${action} on ${about}${by} at revision ${revision}`;
}

function told(difference: Difference): string[] {
  const { now, because } = difference;
  const { roles, vector, decision } = difference.record;
  const facts = vector as Record<string, Json>;
  return [
    `${headOf(difference)} was ${said(decision)} and is ${said(now)}${because === null ? '' : `, since ${because}`}`,
    `    ${inPlainWords({ role: roles[0] ?? '', attr: facts }, new Set(Object.keys(facts)), WORDS)}`,
  ];
}

const said = (allowed: boolean): string => (allowed ? 'ALLOW' : 'DENY');
