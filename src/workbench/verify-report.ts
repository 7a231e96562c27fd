import { junit } from './junit.ts';
import { inPlainWords } from './plain-words.ts';
import type { ExplainedViolation, Verified } from './verify-policies.ts';
import type { VerifiedKind } from './verify.ts';

/** What verifying brought, for people, for programs, or for CI. */
export function verifyReport(verified: Verified, output: 'text' | 'json' | 'junit'): string {
  switch (output) {
    case 'text':
      return asText(verified);
    case 'json':
      return `${JSON.stringify(asJson(verified), null, 2)}\n`;
    case 'junit':
      return asJunit(verified);
  }
}

function asText({ kinds, outside, invariants, violations, seconds }: Verified): string {
  const lines = [
    ...kinds.flatMap(kindLines),
    ...outside.map(({ kind, why }) => `${kind}: outside the vector world (${why}); its tests alone speak for it`),
    '',
    ...violations.flatMap((it) => [described(it), '']),
    `${invariants.length} invariants, ${distinct(violations)} violated, in ${seconds.toFixed(1)} s`,
  ];
  return `${lines.join('\n')}\n`;
}

function kindLines(it: VerifiedKind): string[] {
  const covered = [
    ...it.unbounded.map((field) => `${field} of any number`),
    ...it.bounded.map((field) => `${field} at most two, since a rule looks at all of them at once`),
  ];
  return [
    `${it.kind}: ${count(it.vectors)} vectors x ${it.roles} roles x ${it.actions} actions` +
      (covered.length > 0 ? ` (${covered.join('; ')})` : ''),
    `  ${count(it.decided)} decisions tell them all; ${count(it.sampled)} more, drawn at random, agreed`,
    ...it.idle.map(({ id }) => `  ${id} holds of nothing: no situation comes near it`),
  ];
}

const count = (number: number | null): string => (number ?? 0).toLocaleString('en-US');
const distinct = (violations: readonly ExplainedViolation[]): number =>
  new Set(violations.map(({ invariant }) => invariant.id)).size;

function described({
  invariant,
  action,
  point,
  after,
  allowed,
  matters,
  allowedBy,
  alike,
}: ExplainedViolation): string {
  const answer = (it: boolean): string => (it ? 'ALLOW' : 'DENY');
  const by = allowedBy.length > 0 ? ` by ${allowedBy.join(', ')}` : '';
  return [
    `VIOLATED ${invariant.id} (${invariant.rules.join(', ')}): ${invariant.says}`,
    `  ${inPlainWords(point, matters)}`,
    ...(after
      ? [`  -> ${action} ${answer(!allowed)}${allowed ? '' : by}`, `  then: ${inPlainWords(after, matters)}`]
      : []),
    `  -> ${action} ${answer(allowed)}${allowed ? by : ''}`,
    ...(alike > 1 ? [`  and so in ${alike - 1} more classes of situations`] : []),
  ].join('\n');
}

function asJson({ kinds, outside, invariants, violations, seconds }: Verified): object {
  return {
    kinds: kinds.map((it) => ({ ...it, violations: it.violations.length, idle: it.idle.map(({ id }) => id) })),
    outside,
    invariants: invariants.map(({ id, kind, rules, says }) => ({ id, kind, rules, says })),
    violations: violations.map(({ invariant, matters, ...it }) => ({
      id: invariant.id,
      kind: invariant.kind,
      rules: invariant.rules,
      says: invariant.says,
      ...it,
      sentence: inPlainWords(it.point, matters),
    })),
    seconds,
  };
}

function asJunit({ invariants, violations }: Verified): string {
  const cases = invariants.map(({ id, kind, rules, says }) => {
    const own = violations.filter(({ invariant }) => invariant.id === id);
    return {
      suite: kind,
      name: `${id} (${rules.join(', ')}): ${says}`,
      failure: own.length === 0 ? null : own.map(described).join('\n'),
    };
  });
  return junit('policy verify', cases);
}
