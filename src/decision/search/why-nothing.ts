import type { Reason } from '../../domain/errors.ts';
import { UNSEEN } from '../../domain/unseen.ts';
import type { Loaded } from '../../facts/slice.ts';
import { isOfThisService, knowsSubjectType, namesAction, type Bundle } from '../bundle.ts';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { reasonsOf } from '../reasons/in-order.ts';
import type { Sides } from './candidates.ts';

/** Tells why a search finds nothing: what of it is unknown, or else what every candidate lacks. */
export class WhyNothing {
  readonly #bundle: Bundle;
  readonly #decider: Decider;

  constructor({ bundle, decider }: { bundle: Bundle; decider: Decider }) {
    this.#bundle = bundle;
    this.#decider = decider;
  }

  /** @param unrelated the facts of an id that cannot exist; null where the side that stands still is unknown */
  async found(moving: Sides['moving'], check: Check, unrelated: Loaded | null): Promise<readonly Reason[]> {
    const isNamed = namesAction(this.#bundle, check.resource.type, check.action.name);
    const isKnown = unrelated !== null;
    const sides = { subject: moving === 'subject' || isKnown, resource: moving === 'resource' || isKnown };
    const unknown = this.unknown(check, sides, isNamed);
    return unknown.length > 0 || !unrelated ? unknown : this.#decider.lacking(moving, check, unrelated);
  }

  /** What of a search is unknown. To people that is one answer, whatever it is. @param isNamed whether a rule names the action */
  unknown(check: Check, isKnown: { subject: boolean; resource: boolean }, isNamed: boolean): readonly Reason[] {
    const { subject, resource, byPerson } = check;
    const isKind = this.#bundle.kinds.has(resource.type) && !isOfThisService(resource.type);
    const reasons: Reason[] = [];
    if (!isKind || !isKnown.resource) reasons.push({ code: 'UNKNOWN_RESOURCE' });
    if (isKind && !isNamed) reasons.push({ code: 'UNKNOWN_ACTION' });
    if (!knowsSubjectType(this.#bundle, resource.type, subject.type)) {
      reasons.push({ code: 'UNKNOWN_SUBJECT', says: 'UNKNOWN_SUBJECT_TYPE' });
    } else if (isKind && !isKnown.subject) reasons.push({ code: 'UNKNOWN_SUBJECT' });
    return byPerson && reasons.length > 0 ? [UNSEEN] : reasonsOf(reasons);
  }
}
