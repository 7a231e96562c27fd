import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { PdpClient } from '@sparkgate/cerbos-pdp/client';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { actionExamples } from '../space/action-examples.ts';
import { refuseBeyondVectors } from '../space/beyond-vectors.ts';
import type { Violation } from './checks.ts';
import { decideUnit, sample } from '../space/decided-unit.ts';
import type { Contract } from '../contract.ts';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { Findings, type Doubt } from './findings.ts';
import { InfiniteDomain } from '../space/finite-domain.ts';
import type { Invariant } from './invariants.ts';
import { refuseMisspelt } from './misspelt.ts';
import type { KindText, RuleText } from '@sparkgate/cerbos-policies/kind-text';
import { sentenceGroups, type SentenceGroup } from './sentence-groups.ts';
import { looksOf, numbersOf } from '../space/pinned-domain.ts';
import type { Point } from '../space/point.ts';
import { VectorSpace } from '../space/vector-space.ts';
import type { VectorUnit } from '../space/vector-unit.ts';

/** What verifying a kind brought. */
export interface VerifiedKind {
  kind: string;
  /** How many fact vectors there are, lists of records counted up to two; null when they cannot be counted, and why. */
  vectors: number | null;
  why: string | null;
  roles: number;
  actions: number;
  /** Classes of situations that were decided, one decision each. */
  decided: number;
  /** Further situations drawn at random that were decided to see whether their class speaks for them. */
  sampled: number;
  /** Lists of records that are covered whatever their length, and those of which only short ones are. */
  unbounded: readonly string[];
  bounded: readonly string[];
  violations: readonly Violation[];
  /** Sentences that no situation was found to break, and that are not shown to hold all the same. */
  doubts: readonly Doubt[];
  /** Sentences that no situation came near: they hold of nothing. */
  idle: readonly Invariant[];
}

const SAMPLES = 400;

/**
 * Opens the vector space of a kind by the schema in its policy folder. @param sentences what else will be asked of it
 * @throws InfiniteDomain, PolicyError */
export async function openSpace(
  folder: string,
  contract: Contract,
  text: KindText,
  others: readonly KindText[] = [],
  sentences: readonly Invariant[] = [],
): Promise<VectorSpace> {
  if (text.schema === null) throw new InfiniteDomain('its policy has no schema');
  const file = join('_schemas', text.schema);
  const schema: unknown = await readFile(join(folder, file), 'utf8').then(JSON.parse, (cause: unknown) => {
    throw new PolicyError(`The schema ${file} of ${text.kind} cannot be read.`, { cause });
  });
  const said = sentences.flatMap((it) => it.allowed_only_if ?? it.allowed_whenever ?? it.holds ?? []);
  const changed = sentences.flatMap(({ change }) => change?.at.split('[].') ?? []);
  // Of other kinds a rule may look at a record as a whole.
  const isClosed = contract.closedKinds.has(text.kind);
  const looks = isClosed ? looksOf([text, ...others], said, changed) : () => true;
  const numbers = isClosed ? numbersOf([text, ...others], said) : null;
  const space = new VectorSpace(text.kind, schema, [text, ...others], contract.roles, { looks, numbers });
  for (const each of [text, ...others]) refuseBeyondVectors(each, space.arrays, isClosed);
  return space;
}

/** The actions that a policy names, a `view:*` as one of its kind, and one that it does not name. */
export function actionsOf(...texts: readonly KindText[]): string[] {
  return actionExamples(texts.flatMap(({ rules }) => rules.flatMap(({ actions }) => actions)));
}

/** The rules that can have a say in some actions. */
export function rulesFor(actions: readonly string[], text: KindText): RuleText[] {
  return text.rules.filter((rule) => actions.some((action) => matchesAny(rule.actions, action)));
}

/** Decides the whole space of a kind and holds the invariants against it. @throws PolicyError for a misspelt one */
export async function verifyKind(
  pdp: PdpClient,
  {
    space,
    text,
    invariants,
    isPart = false,
    random,
    as = space.kind,
  }: {
    space: VectorSpace;
    text: KindText;
    invariants: readonly Invariant[];
    /** Whether to decide only what these sentences need. */
    isPart?: boolean;
    random: () => number;
    /** The name under which the PDP knows the kind. */ as?: string;
  },
  progress: (decided: number) => void,
): Promise<VerifiedKind> {
  for (const invariant of invariants) refuseMisspelt(invariant, space);
  const actions = actionsOf(text);
  const findings = new Findings(invariants, text);
  const bounded = new Set<string>();
  let [decisions, sampled] = [0, 0];
  const groups = sentenceGroups(actions, invariants).filter((it) => !isPart || it.invariants.length > 0);
  for (const group of groups) {
    const unit = unitFor(group, space, text);
    const decided = await decideUnit(pdp, unit, { progress, as });
    const { compared, stray } = await sample(pdp, decided, { space, samples: SAMPLES, random, as });
    if (stray) throw new PolicyError(strayMessage(space.kind, stray));
    decisions += unit.size * group.actions.length;
    sampled += compared;
    for (const { field } of space.lists) if (unit.classesOf(field).untried !== null) bounded.add(field);
    findings.note(group, { decided, space });
  }
  const lists = space.lists.map(({ field }) => field);
  return {
    kind: space.kind,
    vectors: space.size,
    why: null,
    roles: space.roles.length,
    actions: isPart ? new Set(groups.flatMap((it) => it.actions)).size : actions.length,
    decided: decisions,
    sampled,
    bounded: lists.filter((field) => bounded.has(field)),
    unbounded: lists.filter((field) => !bounded.has(field)),
    ...findings.all(),
  };
}

function unitFor({ actions, invariants }: SentenceGroup, space: VectorSpace, text: KindText): VectorUnit {
  const texts = invariants.flatMap((it) => it.allowed_only_if ?? it.allowed_whenever ?? it.holds ?? []);
  try {
    return space.unit(actions, rulesFor(actions, text), texts);
  } catch (error) {
    if (error instanceof UnreadableExpression)
      throw new PolicyError(`${space.kind}: ${error.message}`, { cause: error });
    throw error;
  }
}

function strayMessage(kind: string, { action, point }: { action: string; point: Point }): string {
  return `${kind}: the decision on ${action} was foretold wrongly for ${JSON.stringify(point)}; nothing here can be relied on.`;
}
