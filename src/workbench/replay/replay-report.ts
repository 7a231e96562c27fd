import type { Json } from '../finite-domain.ts';
import { junit, type JunitCase } from '../junit.ts';
import { inPlainWords } from '../plain-words.ts';
import type { Difference, Replayed } from './replay.ts';

/** Differences that are told one by one. */
const MOST = 50;

/** What came of deciding again, for people or for programs. */
export function replayReport(replayed: Replayed, output: 'text' | 'json' | 'junit'): string {
  if (output === 'json') return `${JSON.stringify(replayed, null, 2)}\n`;
  if (output === 'junit') return junit('policy replay', casesOf(replayed));
  const { policy, records, distinct, bundles, differences, wrong, wrongBesides } = replayed;
  const times = differences.reduce((sum, it) => sum + it.times, 0);
  return [
    ...wrong.map(({ line, why }) => `line ${line} ${why}`),
    ...(wrongBesides > 0 ? [`and ${wrongBesides} more lines that are wrong`] : []),
    ...differences.slice(0, MOST).flatMap(told),
    ...(differences.length > MOST ? [`and ${differences.length - MOST} more`] : []),
    `${records} decisions (${distinct} different ones, by ${bundles.map((it) => it.slice(0, 12)).join(', ') || 'none'}) decided again by ${policy.slice(0, 12)}: ${times} of them otherwise.`,
    '',
  ].join('\n');
}

/** A case for each decision that comes out otherwise and each line that is wrong, and one for all the others. */
function casesOf({ records, differences, wrong, wrongBesides }: Replayed): JunitCase[] {
  const times = differences.reduce((sum, it) => sum + it.times, 0);
  const wrongLines = wrong.map(({ line, why }) => ({ name: `line ${line}`, failure: `line ${line} ${why}` }));
  const more = { name: 'more lines', failure: `${wrongBesides} more lines are wrong` };
  return [
    { name: `${records - times} decisions come out as recorded`, failure: null },
    ...differences.map((it) => ({ name: `line ${it.line}`, failure: told(it).join('\n') })),
    ...wrongLines,
    ...(wrongBesides > 0 ? [more] : []),
  ].map((it) => ({ suite: 'decisions', ...it }));
}

function told({ record, line, times, now, because }: Difference): string[] {
  const { kind, action, roles, vector, decision, revision } = record;
  const facts = vector as Record<string, Json>;
  return [
    `line ${line}${times > 1 ? ` and ${times - 1} more` : ''}: ${action} on ${kind} at revision ${revision} was ${said(decision)} and is ${said(now)}${because === null ? '' : `, since ${because}`}`,
    `    ${inPlainWords({ role: roles[0] ?? '', attr: facts }, new Set(Object.keys(facts)))}`,
  ];
}

const said = (allowed: boolean): string => (allowed ? 'ALLOW' : 'DENY');
