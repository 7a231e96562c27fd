import { resolve } from 'node:path';
import type { Finding } from '../findings.ts';
import type { Words } from '../contract.ts';
import type { Doubt } from './findings.ts';
import type { Invariant } from './invariants.ts';
import { junit } from '../junit.ts';
import { inPlainWords } from '../space/plain-words.ts';
import type { ExplainedViolation, Verified } from './verify-policies.ts';
import type { VerifiedKind } from './verify-kind.ts';

/** What verifying brought, for people, for programs, or for CI. */
export function verifyReport(verified: Verified, output: 'text' | 'json' | 'junit', words: Words): string {
  switch (output) {
    case 'text':
      return asText(verified, words);
    case 'json':
      return `${JSON.stringify(asJson(verified, words), null, 2)}\n`;
    case 'junit':
      return asJunit(verified, words);
  }
}

/** The same for whoever reads no report: each sentence once, by its place in the file of invariants. */
export function verifyFindings({ violations, doubts }: Verified, words: Words): Finding[] {
  const violated = new Map(violations.map((it) => [it.invariant.id, it]));
  return [
    ...[...violated.values()].map((it): Finding => ({
      level: 'error',
      title: 'violated',
      ...placeIn(it.invariant.place),
      message: described(it, words).replace(/^VIOLATED /, ''),
    })),
    ...doubts.map((it): Finding => ({
      level: 'warning',
      title: it.is === 'unproven' ? 'not proven' : 'about nothing',
      ...placeIn(it.invariant.place),
      message: `${heading(it)}\n${sentence(it.invariant)}`,
    })),
  ];
}

function placeIn(place: string): { file: string; line: number | null } {
  const [, file = place, line] = /^(.*):(\d+)$/.exec(place) ?? [];
  return { file: resolve(file), line: line === undefined ? null : Number(line) };
}

/** The invariants that are violated or cannot be relied on, for people; null when there are none. */
export function findingsReport(verified: Verified, words: Words): string | null {
  const { violations, doubts } = verified;
  return violations.length + doubts.length === 0 ? null : findingLines(verified, words).join('\n');
}

function asText(verified: Verified, words: Words): string {
  const { kinds, outside } = verified;
  const lines = [
    ...kinds.flatMap(kindLines),
    ...outside.map(({ kind, why }) => `${kind}: outside the vector world (${why}); its tests alone speak for it`),
    '',
    ...findingLines(verified, words),
  ];
  return `${lines.join('\n')}\n`;
}

function findingLines({ invariants, violations, doubts, seconds }: Verified, words: Words): string[] {
  return [
    ...violations.flatMap((it) => [described(it, words), '']),
    ...byReason(doubts).flatMap((it) => [it, '']),
    [
      `${invariants.length} invariants`,
      `${distinct(violations)} violated`,
      ...counted(doubts, 'unproven', 'not proven'),
      ...counted(doubts, 'about_nothing', 'about nothing'),
      `in ${seconds.toFixed(1)} s`,
    ].join(', '),
  ];
}

function kindLines(it: VerifiedKind): string[] {
  const covered = [
    ...it.unbounded.map((field) => `${field} of any number`),
    ...it.bounded.map((field) => `of ${field} only short lists were tried: two, and a few longer`),
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

const counted = (doubts: readonly Doubt[], sort: Doubt['is'], name: string): string[] => {
  const own = doubts.filter(({ is }) => is === sort);
  return own.length === 0 ? [] : [`${own.length} ${name}`];
};

const heading = ({ is, why }: Doubt): string =>
  is === 'unproven'
    ? `NOT PROVEN: nothing was found against it, and yet it cannot be shown to hold: ${why}`
    : `ABOUT NOTHING: ${why}`;

const sentence = ({ id, rules, says, place }: Invariant): string => `${place}: ${id} (${rules.join(', ')}): ${says}`;

/** What is to be said of doubts, those that have one reason together. */
function byReason(doubts: readonly Doubt[]): string[] {
  const groups = Map.groupBy(doubts, heading);
  return [...groups].map(([head, own]) => [head, ...own.map(({ invariant }) => `  ${sentence(invariant)}`)].join('\n'));
}

function described(
  { invariant, action, point, after, allowed, matters, allowedBy, alike }: ExplainedViolation,
  words: Words,
): string {
  const answer = (it: boolean): string => (it ? 'ALLOW' : 'DENY');
  const by = allowedBy.length > 0 ? ` by ${allowedBy.join(', ')}` : '';
  return [
    `VIOLATED ${invariant.id} (${invariant.rules.join(', ')}): ${invariant.says}`,
    `  ${inPlainWords(point, matters, words)}`,
    ...(after
      ? [`  -> ${action} ${answer(!allowed)}${allowed ? '' : by}`, `  then: ${inPlainWords(after, matters, words)}`]
      : []),
    `  -> ${action} ${answer(allowed)}${allowed ? by : ''}`,
    ...(alike > 1 ? [`  and so in ${alike - 1} more classes of situations`] : []),
  ].join('\n');
}

function asJson({ kinds, outside, invariants, violations, doubts, seconds }: Verified, words: Words): object {
  return {
    kinds: kinds.map((it) => ({
      ...it,
      violations: it.violations.length,
      doubts: it.doubts.length,
      idle: it.idle.map(({ id }) => id),
    })),
    outside,
    invariants: invariants.map(({ id, kind, rules, says }) => ({ id, kind, rules, says })),
    violations: violations.map(({ invariant, matters, ...it }) => ({
      id: invariant.id,
      kind: invariant.kind,
      rules: invariant.rules,
      says: invariant.says,
      ...it,
      sentence: inPlainWords(it.point, matters, words),
    })),
    doubts: doubts.map(({ invariant: { id, kind, rules, says, place }, is, why }) => ({
      id,
      kind,
      rules,
      says,
      place,
      is,
      why,
    })),
    seconds,
  };
}

function asJunit({ invariants, violations, doubts }: Verified, words: Words): string {
  const cases = invariants.map(({ id, kind, rules, says }) => {
    const own = [
      ...violations.filter(({ invariant }) => invariant.id === id).map((it) => described(it, words)),
      ...doubts
        .filter(({ invariant }) => invariant.id === id)
        .map((it) => `${heading(it)}\n  ${sentence(it.invariant)}`),
    ];
    return {
      suite: kind,
      name: `${id} (${rules.join(', ')}): ${says}`,
      failure: own.length === 0 ? null : own.join('\n'),
    };
  });
  return junit('policy verify', cases);
}
