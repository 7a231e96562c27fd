import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pdp } from '../decision/pdp.ts';
import { PlatformError } from '../platform/platform-error.ts';
import { refuseBeyondVectors } from './beyond-vectors.ts';
import { check, type Violation } from './checks.ts';
import { decideUnit, findStray } from './decided-unit.ts';
import { UnreadableExpression } from './expressions.ts';
import { InfiniteDomain } from './finite-domain.ts';
import type { Invariant } from './invariants.ts';
import { globOf, type KindText, type RuleText } from './policy-text.ts';
import { VectorSpace, type Point, type VectorUnit } from './vector-space.ts';

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
  /** Lists of records that are covered whatever their length, and those that are covered up to two. */
  unbounded: readonly string[];
  bounded: readonly string[];
  violations: readonly Violation[];
  /** Sentences that no situation came near: they hold of nothing. */
  idle: readonly Invariant[];
}

/** An action that no policy names: what is allowed by `"*"` shows in it. */
const UNNAMED_ACTION = 'some_other_action';

const SAMPLES = 400;

/** Opens the vector space of a kind by the schema in its policy folder. @throws InfiniteDomain, PlatformError */
export async function openSpace(
  folder: string,
  text: KindText,
  others: readonly KindText[] = [],
): Promise<VectorSpace> {
  if (text.schema === null) throw new InfiniteDomain('its policy has no schema');
  const file = join('_schemas', text.schema);
  const schema: unknown = await readFile(join(folder, file), 'utf8').then(JSON.parse, (cause: unknown) => {
    throw new PlatformError(`The schema ${file} of ${text.kind} cannot be read.`, { cause });
  });
  const space = new VectorSpace(text.kind, schema, [text, ...others]);
  for (const each of [text, ...others]) refuseBeyondVectors(each, space.arrays);
  return space;
}

/** The actions that a policy names, a `view:*` as one of its kind, and one that it does not name. */
export function actionsOf(...texts: readonly KindText[]): string[] {
  const named = texts.flatMap(({ rules }) => rules.flatMap(({ actions }) => actions)).filter((it) => it !== '*');
  return [...new Set([...named.map((it) => it.replaceAll('*', 'something')), UNNAMED_ACTION])];
}

/** The rules that can have a say in some actions. */
export function rulesFor(actions: readonly string[], text: KindText): RuleText[] {
  return text.rules.filter((rule) => rule.actions.some((glob) => actions.some((it) => globOf(glob).test(it))));
}

/** Decides the whole space of a kind and holds the invariants against it. */
export async function verifyKind(
  pdp: Pdp,
  {
    space,
    text,
    invariants,
    random,
    as = space.kind,
  }: {
    space: VectorSpace;
    text: KindText;
    invariants: readonly Invariant[];
    random: () => number;
    /** The name under which the PDP knows the kind. */ as?: string;
  },
  progress: (decided: number) => void,
): Promise<VerifiedKind> {
  const actions = actionsOf(text);
  const groups = groupsOf(actions, invariants);
  const found: VerifiedKind & { violations: Violation[] } = {
    kind: space.kind,
    vectors: space.size,
    why: null,
    roles: space.roles.length,
    actions: actions.length,
    decided: 0,
    sampled: 0,
    unbounded: [],
    bounded: [],
    violations: [],
    idle: [],
  };
  const used = new Set<string>();
  const bounded = new Set<string>();
  for (const group of groups) {
    const unit = unitFor(group, space, text);
    const decided = await decideUnit(pdp, unit, { progress, as });
    const stray = await findStray(pdp, decided, { space, samples: SAMPLES, random, as });
    if (stray) throw new PlatformError(strayMessage(space.kind, stray));
    found.decided += unit.size * group.actions.length;
    found.sampled += SAMPLES * group.actions.length;
    for (const { field } of space.lists) if (unit.classesOf(field).bounded) bounded.add(field);
    for (const invariant of group.invariants) {
      for (const action of invariant.holds === undefined ? group.actions : ['']) {
        const { violation, met } = check(invariant, action, { decided, space });
        if (met) used.add(invariant.id);
        if (violation) found.violations.push(violation);
      }
    }
  }
  const lists = space.lists.map(({ field }) => field);
  return {
    ...found,
    bounded: lists.filter((field) => bounded.has(field)),
    unbounded: lists.filter((field) => !bounded.has(field)),
    idle: invariants.filter(({ id }) => !used.has(id)),
  };
}

interface Group {
  actions: readonly string[];
  invariants: readonly Invariant[];
}

/** Each action by itself with what is said of it; actions that one sentence compares, together. */
function groupsOf(actions: readonly string[], invariants: readonly Invariant[]): Group[] {
  const alone = invariants.filter(({ holds }) => holds === undefined);
  const about = (it: Invariant, action: string): boolean =>
    it.actions === '*' ? !it.except.includes(action) : it.actions.includes(action);
  const mentioned = alone.flatMap((it) => (it.actions === '*' ? [] : it.actions));
  const single = [...new Set([...actions, ...mentioned])].map((action) => ({
    actions: [action],
    invariants: alone.filter((it) => about(it, action)),
  }));
  const together = invariants.flatMap((it) =>
    it.holds === undefined
      ? []
      : [
          {
            actions: [...new Set([...it.holds.matchAll(/\ballowed\.(\w+)/g)].map(([, name = '']) => name))],
            invariants: [it],
          },
        ],
  );
  return [...single, ...together];
}

function unitFor({ actions, invariants }: Group, space: VectorSpace, text: KindText): VectorUnit {
  const texts = invariants.flatMap((it) => it.allowed_only_if ?? it.allowed_whenever ?? it.holds ?? []);
  try {
    return space.unit(actions, rulesFor(actions, text), texts);
  } catch (error) {
    if (error instanceof UnreadableExpression)
      throw new PlatformError(`${space.kind}: ${error.message}`, { cause: error });
    throw error;
  }
}

function strayMessage(kind: string, { action, point }: { action: string; point: Point }): string {
  return `${kind}: the decision on ${action} was foretold wrongly for ${JSON.stringify(point)}; nothing here can be relied on.`;
}
