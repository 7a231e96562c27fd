import type { Json } from '@sparkgate/cerbos-policies/json';
import { inPlainWords } from '@sparkgate/policy-workbench/space/plain-words';
import type { Explained } from './explain-decision.ts';
import type { Looked, RuleTrace } from './rule-trace.ts';
import { WORDS } from '../words.ts';

/** Sets of changes that are told; the smallest come first. */
const MOST_SETS = 8;

/** A decision explained, and by which bundle the service decides; null: that is not known. */
export type Reported = Explained & { deciding: { policy: string; how: string } | null };

/** One decision explained, for people or for programs. */
export function explainReport(explained: Reported, output: 'text' | 'json'): string {
  return output === 'json' ? `${JSON.stringify(explained, null, 2)}\n` : `${lines(explained).join('\n')}\n`;
}

function lines(it: Reported): string[] {
  const { check, decision, policy, revision, asked } = it;
  const who = `${check.subject.type}:${check.subject.id}`;
  return [
    `${decision ? 'ALLOW' : 'DENY'}  ${who} ${check.action.name} ${check.resource.type}:${check.resource.id}`,
    `by bundle ${policy.slice(0, 12)} at revision ${revision}`,
    ...servedLines(it),
    '',
    'Facts',
    ...indented(it.facts.length > 0 ? it.facts : ['none']),
    '',
    ...(asked
      ? ['Asked', ...indented([...inWords(it), JSON.stringify(asked.resourceAttr)])]
      : ['There is no such resource, so no policy was asked.']),
    ...it.refused.map(({ path, message }) => `    the schema refuses ${path}: ${message}`),
    ...(it.named ? [] : ['', `No rule is about ${check.action.name}, and what no rule allows is denied.`]),
    ...(it.trace && it.named
      ? ['', 'Rules', ...indented(it.trace.rules.flatMap(ruleLines)), ...indented(roleLines(it))]
      : []),
    ...(it.remedy && it.remedy.reasons.length > 0
      ? ['', 'Reasons', ...indented(it.remedy.reasons.map(({ code }) => code))]
      : []),
    ...(decision || !it.named || !asked ? [] : ['', 'Would allow', ...indented(wouldLines(it))]),
  ];
}

/** Whoever reads what one bundle says believes that it decides. */
function servedLines({ policy, deciding }: Reported): string[] {
  if (deciding === null) return ['(by which bundle the service decides is not known here)'];
  if (deciding.policy === policy) return [];
  return [`BUT THE SERVICE DECIDES BY ANOTHER: ${deciding.policy.slice(0, 12)}, ${deciding.how}`];
}

const indented = (all: readonly string[]): string[] => all.map((line) => `    ${line}`);

function inWords({ asked }: Explained): string[] {
  if (!asked || Object.hasOwn(asked.resourceAttr, 'context'))
    return asked ? [`subject ${JSON.stringify(asked.principalAttr)}`] : [];
  const attr = asked.resourceAttr as Record<string, Json>;
  return [inPlainWords({ role: asked.roles[0] ?? '', attr }, new Set(Object.keys(attr)), WORDS)];
}

function ruleLines({ rule, effect, held, errs, seen, denies, looked }: RuleTrace): string[] {
  const why = looked.map((it) => `    ${said(it)}`);
  const name = rule === '' ? 'what no role policy allows' : rule;
  const forbids = effect === 'EFFECT_DENY' ? ' (denies)' : '';
  if (!seen) return [`unseen ${name}${forbids} (decided before it was looked at, or not for the subject's roles)`];
  if (denies) return [`holds  ${name} (denies, and so it is denied)`, ...why];
  const without = !held && looked.length === 0 ? ' (the subject has none of its roles)' : '';
  return [`${held ? 'holds' : errs ? 'errs ' : 'fails'}  ${name}${forbids}${without}`, ...why];
}

function roleLines({ trace }: Explained): string[] {
  const failed = (trace?.derivedRoles ?? []).filter(({ held }) => !held);
  return failed.flatMap(({ role, looked }) => [
    `not ${role}${looked.length === 0 ? ' (another kind of subject)' : ''}`,
    ...looked.map((it) => `    ${said(it)}`),
  ]);
}

const said = ({ expression, held, error }: Looked): string =>
  error === null ? `${held ? 'true ' : 'false'} ${expression}` : `error ${expression} (${error})`;

function wouldLines({ would, tried }: Explained): string[] {
  const told = would
    .slice(0, MOST_SETS)
    .flatMap(({ changes }, index) => [
      `${index + 1}.`,
      ...changes.map(
        ({ fact, from, to, who }) => `   ${fact}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}\n           ${who}`,
      ),
    ]);
  const more = would.length > MOST_SETS ? [`and ${would.length - MOST_SETS} larger or equal sets`] : [];
  return [...told, ...more, ...howFar(would.length > 0, tried)];
}

/** What was not found is not there only where all was tried. */
function howFar(isFound: boolean, tried: Explained['tried']): string[] {
  if (tried === 'all') return isFound ? [] : ['Nothing would, whoever changed whatever these rules look at.'];
  const changes = `${tried} change${tried === 1 ? '' : 's'}`;
  if (isFound) return [`All sets of up to ${changes} were tried, and of larger ones some.`];
  return [`No set of up to ${changes} would; of larger ones, some were tried, and none of them would.`];
}
