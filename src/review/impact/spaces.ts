import { decideUnit, type DecidedUnit } from '@sparkgate/policy-workbench/space/decided-unit';
import { UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';
import { InfiniteDomain } from '@sparkgate/policy-workbench/space/finite-domain';
import { inPlainWords } from '@sparkgate/policy-workbench/space/plain-words';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import type { VectorSpace } from '@sparkgate/policy-workbench/space/vector-space';
import type { VectorUnit } from '@sparkgate/policy-workbench/space/vector-unit';
import { openSpace, rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import { NAMED_FIELDS } from './request-variants.ts';
import { schemaGap } from './schema-gap.ts';
import { questionOf, type Sides } from './comparison.ts';
import type { Side } from './side.ts';
import { distinctSorts, sortsOf, spread, type Otherwise, type Sort } from './sorts.ts';
import type { Units } from './trial-plan.ts';
import { wholeInput } from '../../decision/policies.ts';
import { optionalNames } from '../../facts/vocabulary.ts';
import { CONTRACT } from '../contract.ts';
import { WORDS } from '../words.ts';

/** What changes for one action over the whole space of situations, whether anybody is in them or not. */
export interface SpaceChange {
  kind: string;
  action: string;
  /** What is counted. */
  of: 'sorts of situations' | 'questions of the tests';
  /** Classes of situations that the policies tell apart, or questions, and how many of them are decided otherwise. */
  classes: number;
  gained: number;
  lost: number;
  /** One that is decided otherwise, in plain words. */
  example: string;
  /** One of each sort, where sorts were asked for. */
  sorts: readonly Sort[];
}

/** What a comparison over whole spaces brought. */
export interface ComparedSpaces {
  changes: readonly SpaceChange[];
  /** The kinds of which all situations were compared. */
  whole: ReadonlySet<string>;
  /** What the rules about each action tell apart, by kind and action, as far as that can be known. */
  units: Units;
}

/**
 * Compares two bundles over all situations of each kind whose rules read otherwise.
 * @param sorted whether one of each sort of situations is told, with its rules
 */
export async function compareSpaces(sides: Sides, notes: string[], sorted: boolean): Promise<ComparedSpaces> {
  const changes: SpaceChange[] = [];
  const whole = new Set<string>();
  const units = new Map<string, Map<string, VectorUnit>>();
  for (const kind of sides.kinds) {
    const actions = sides.actions(kind);
    const [before, after] = sides.textsOf(kind);
    if (actions.length === 0) continue;
    if (!before || !after) {
      const where = sides.head.bundle.kinds.has(kind) ? 'the base' : 'the edited policies';
      notes.push(`${NOT_ALL} ${kind} were compared: it cannot be read whole in ${where}.`);
      continue;
    }
    try {
      const { folder } = sides.head.texts?.has(kind) === true ? sides.head : sides.base;
      const space = await openSpace(folder, CONTRACT, after, [before]);
      const own = unitsOf(space, { before, after, actions });
      units.set(kind, apartIn(space, own));
      const gap = schemaGap(
        { policies: sides.base.policies, text: before },
        { policies: sides.head.policies, text: after },
      );
      if (gap !== null) throw new PolicyError(gap);
      const lost = declaredBefore(sides, kind);
      if (lost.length > 0) throw new PolicyError(`the base looks at ${lost.join(', ')}, which the edited schema lacks`);
      const found = await Promise.all(own.map(async (unit) => compareUnit(sides, unit)));
      changes.push(...(await withSorts(sides, kind, found.flat(), sorted)));
      const [untried] = own.flatMap((unit) => unit.untried ?? []);
      if (untried !== undefined) throw new PolicyError(untried);
      whole.add(kind);
    } catch (error) {
      if (!(error instanceof InfiniteDomain || error instanceof UnreadableExpression || error instanceof PolicyError))
        throw error;
      // What is denied now, whatever it is, is no question.
      if (sides.isGone(kind)) continue;
      notes.push(`${NOT_ALL} ${kind} were compared: ${error.message}.`.replace('..', '.'));
    }
  }
  return { changes, whole, units };
}

function unitsOf(
  space: VectorSpace,
  { before, after, actions }: { before: KindText; after: KindText; actions: readonly string[] },
): VectorUnit[] {
  return actions.map((it) => space.unit([it], [...rulesFor([it], before), ...rulesFor([it], after)]));
}

/** By action, the units by which it can be known what of all that a caller names is told apart. */
function apartIn(space: VectorSpace, units: readonly VectorUnit[]): Map<string, VectorUnit> {
  const { fields } = space.shape;
  const named = NAMED_FIELDS[space.kind] ?? [];
  if (!named.every(({ name }) => fields.includes(name))) return new Map();
  // What was not looked at might tell apart what the classes do not.
  const known = units.filter(({ untried }) => untried === null);
  return new Map(known.flatMap((unit) => unit.actions.map((action) => [action, unit] as const)));
}

/** What the base is sent beyond what is given, and the edited policies are not: their situations do not tell it. */
function declaredBefore({ base, head }: Sides, kind: string): string[] {
  const now = new Set(optionalNames(head.bundle.vocabulary, kind));
  return optionalNames(base.bundle.vocabulary, kind).filter((name) => !now.has(name));
}

/** How a note begins that leaves situations open. */
export const NOT_ALL = 'Not all situations of';

interface Found {
  change: SpaceChange;
  unit: VectorUnit;
  /** The classes that are decided otherwise. */
  classes: Readonly<Record<Sort['direction'], readonly number[]>>;
}

async function withSorts(sides: Sides, kind: string, all: readonly Found[], sorted: boolean): Promise<SpaceChange[]> {
  const asked = all.map(({ change: { action }, unit, classes }) =>
    (['gain', 'loss'] as const).flatMap((direction) =>
      spread(sorted ? classes[direction] : []).map((index): Otherwise => ({
        question: questionOf(kind, action, unit.at(index)),
        direction,
        words: inWords(unit, index, direction),
      })),
    ),
  );
  const sorts = await sortsOf(sides, kind, asked.flat());
  return all.map(({ change }, index) => {
    const from = asked.slice(0, index).flat().length;
    const own = sorts.slice(from, from + (asked[index]?.length ?? 0));
    return { ...change, sorts: distinctSorts(own) };
  });
}

const inWords = (unit: VectorUnit, index: number, direction: Sort['direction']): string =>
  `${inPlainWords(unit.at(index), unit.matters, WORDS)} -> ${direction === 'gain' ? 'ALLOW' : 'DENY'}`;

/** What becomes of one action. */
async function compareUnit({ base, head }: Sides, unit: VectorUnit): Promise<Found[]> {
  const [action = ''] = unit.actions;
  const decided = async ({ pdp, bundle }: Side): Promise<DecidedUnit> =>
    decideUnit(await pdp(), unit, { sent: (question) => wholeInput(question, bundle.vocabulary) });
  const [was, is] = await Promise.all([decided(base), decided(head)]);
  const classes: Record<Sort['direction'], number[]> = { gain: [], loss: [] };
  for (let index = 0; index < unit.size; index += 1) {
    const allowed = is.allows(action, index);
    if (was.allows(action, index) !== allowed) classes[allowed ? 'gain' : 'loss'].push(index);
  }
  const [gained, lost] = [classes.gain.length, classes.loss.length];
  if (gained + lost === 0) return [];
  const first = Math.min(...[classes.gain, classes.loss].flatMap(([it]) => it ?? []));
  const example = inWords(unit, first, classes.gain[0] === first ? 'gain' : 'loss');
  const of = 'sorts of situations';
  return [
    { unit, classes, change: { kind: unit.kind, action, of, classes: unit.size, gained, lost, example, sorts: [] } },
  ];
}
