import { decideUnit } from '@sparkgate/policy-workbench/space/decided-unit';
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
import type { Sides } from './comparison.ts';
import type { Units } from './trial-plan.ts';
import { CONTRACT } from '../contract.ts';
import { WORDS } from '../words.ts';

/** What changes for one action over the whole space of situations, whether anybody is in them or not. */
export interface SpaceChange {
  kind: string;
  action: string;
  /** Classes of situations that the policies tell apart, and how many of them are decided otherwise. */
  classes: number;
  gained: number;
  lost: number;
  /** One that is decided otherwise, in plain words. */
  example: string;
}

/** What a comparison over whole spaces brought. */
export interface ComparedSpaces {
  changes: readonly SpaceChange[];
  /** The kinds of which all situations were compared. */
  whole: ReadonlySet<string>;
  /** What the rules about each action tell apart, by kind and action, as far as that can be known. */
  units: Units;
}

/** Compares two bundles over all situations of each kind whose rules read otherwise. */
export async function compareSpaces(sides: Sides, notes: string[]): Promise<ComparedSpaces> {
  const changes: SpaceChange[] = [];
  const whole = new Set<string>();
  const units = new Map<string, Map<string, VectorUnit>>();
  for (const kind of sides.kinds) {
    const actions = sides.actions(kind);
    const [before, after] = sides.textsOf(kind);
    if (actions.length === 0) continue;
    if (!before || !after) {
      const where = sides.head.bundle.kinds.has(kind) ? 'the base' : 'the edited policies';
      notes.push(`${kind} is not in ${where}, or cannot be read whole there: not all situations were compared.`);
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
      for (const unit of own) changes.push(...(await compareUnit(sides, unit)));
      const [untried] = own.flatMap((unit) => unit.untried ?? []);
      if (untried !== undefined) throw new PolicyError(untried);
      whole.add(kind);
    } catch (error) {
      if (!(error instanceof InfiniteDomain || error instanceof UnreadableExpression || error instanceof PolicyError))
        throw error;
      notes.push(`Not all situations of ${kind} were compared: ${error.message}.`.replace('..', '.'));
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

/** What becomes of one action. */
async function compareUnit({ base, head }: Sides, unit: VectorUnit): Promise<SpaceChange[]> {
  const [action = ''] = unit.actions;
  const [was, is] = await Promise.all([decideUnit(base.pdp, unit), decideUnit(head.pdp, unit)]);
  const change = { kind: unit.kind, action, classes: unit.size, gained: 0, lost: 0, example: '' };
  for (let index = 0; index < unit.size; index += 1) {
    const allowed = is.allows(action, index);
    if (was.allows(action, index) === allowed) continue;
    change[allowed ? 'gained' : 'lost'] += 1;
    change.example ||= `${inPlainWords(unit.at(index), unit.matters, WORDS)} -> ${allowed ? 'ALLOW' : 'DENY'}`;
  }
  return change.gained + change.lost > 0 ? [change] : [];
}
