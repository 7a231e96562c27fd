import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { situationOf } from '../space/classes.ts';
import { stepsOf } from './changes.ts';
import type { DecidedUnit } from '../space/decided-unit.ts';
import { expression } from '@sparkgate/cerbos-policies/expressions';
import type { Invariant } from './invariants.ts';
import type { Point } from '../space/point.ts';
import type { VectorSpace } from '../space/vector-space.ts';

/** Where an invariant does not hold. `after`: the situation after its change. */
export interface Violation {
  invariant: Invariant;
  action: string;
  point: Point;
  after: Point | null;
  /** What was answered at `after`, else at `point`. */
  allowed: boolean;
  /** The facts that play a part. */
  matters: ReadonlySet<string>;
  /** How many classes of situations are like this one. */
  alike: number;
}

/** What came of holding one invariant against the decisions on one action. */
export interface Verdict {
  violation: Violation | null;
  /** Whether there was anything that the sentence speaks of. */
  met: boolean;
}

/** Holds an invariant against what was decided on an action. @throws PolicyError when it is neither true nor false */
export function check(invariant: Invariant, action: string, on: { decided: DecidedUnit; space: VectorSpace }): Verdict {
  return invariant.change ? checkChange(invariant, action, on) : checkEach(invariant, action, on.decided);
}

function checkEach(invariant: Invariant, action: string, decided: DecidedUnit): Verdict {
  const { unit } = decided;
  const says = expression(invariant.allowed_only_if ?? invariant.allowed_whenever ?? invariant.holds ?? '');
  let first: number | null = null;
  let alike = 0;
  // What is never allowed is meant to meet nothing.
  let met = invariant.allowed_only_if === 'false';
  for (let index = 0; index < unit.size; index += 1) {
    const allows = action !== '' && decided.allows(action, index);
    if (invariant.allowed_only_if !== undefined && !allows) continue;
    const { role, attr } = unit.at(index);
    const allowed = Object.fromEntries(unit.actions.map((it) => [it, decided.allows(it, index)]));
    const outcome = says.evaluate({ ...situationOf({ ...attr, role }), allowed });
    if (typeof outcome !== 'boolean')
      throw new PolicyError(
        `${invariant.place}: ${invariant.id} is neither true nor false of ${JSON.stringify(attr)}.`,
      );
    if (invariant.allowed_whenever === undefined || outcome) met = true;
    if (invariant.allowed_whenever === undefined ? outcome : !outcome || allows) continue;
    first ??= index;
    alike += 1;
  }
  if (first === null) return { violation: null, met };
  const name = action === '' ? (unit.actions.find((it) => decided.allows(it, first)) ?? unit.actions[0] ?? '') : action;
  const about = { invariant, action: name, point: unit.at(first), after: null, matters: unit.matters, alike };
  return { violation: { ...about, allowed: decided.allows(name, first) }, met };
}

function checkChange(
  invariant: Invariant,
  action: string,
  { decided, space }: { decided: DecidedUnit; space: VectorSpace },
): Verdict {
  const { unit } = decided;
  const { change, never } = invariant;
  const steps = change ? stepsOf(change, space, unit) : [];
  let violation: Violation | null = null;
  let alike = 0;
  for (const step of steps) {
    for (let index = 0; index < unit.size; index += 1) {
      if (unit.digit(index, step.field) !== step.from) continue;
      const before = decided.allows(action, index);
      const after = decided.allows(action, unit.shift(index, step.field, step.to));
      if (before === after || (before && never === 'gaining') || (after && never === 'losing')) continue;
      alike += 1;
      const { role, attr } = unit.at(index);
      const at = (value: Point['attr'][string]): Point =>
        step.field === 'role' ? { role: value as string, attr } : { role, attr: { ...attr, [step.field]: value } };
      const matters = unit.matters;
      violation ??= {
        invariant,
        action,
        point: at(step.before),
        after: at(step.after),
        allowed: after,
        matters,
        alike,
      };
    }
  }
  // A change that no rule takes notice of harms nobody: such a sentence holds of something all the same.
  return { violation: violation && { ...violation, alike }, met: true };
}
