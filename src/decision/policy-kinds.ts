import type { Reason } from '../domain/errors.ts';
import { storedAttributes } from '../facts/entity.ts';
import { missing } from '../facts/membership.ts';
import type { Loaded } from '../facts/slice.ts';
import type { Attribute } from '@sparkgate/cerbos-policies/expression-reads';
import { isOfThisService, knowsSubjectType, namesAction, type Bundle } from './bundle.ts';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { Check, Decision, Properties } from './check.ts';
import type { RecordDecision } from './decision-record.ts';
import type { Memo } from './memo.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { inputOf } from './decision-input.ts';

/** Kinds that only policies know: decided from what is stored of both sides as entities, and what was sent over it. */
export class PolicyKinds {
  readonly #bundle: Bundle;
  readonly #memo: Memo;
  readonly #record: RecordDecision | null;

  constructor(parts: { bundle: Bundle; memo: Memo; record: RecordDecision | null }) {
    this.#bundle = parts.bundle;
    this.#memo = parts.memo;
    this.#record = parts.record;
  }

  /** Decides a check on the facts of both sides. @throws SparkgateError `unavailable` */
  async decide(check: Check, facts: Loaded): Promise<Partial<Decision>> {
    const answer = await this.answer(check, facts);
    const at = { policy: this.#bundle.hash, revision: facts.revision };
    if (answer) this.#record?.(answer, () => this.#input(check, facts), at);
    if (answer?.allowed) return { decision: true };
    const { subject, resource } = check;
    const unknownType: Reason[] = knowsSubjectType(this.#bundle, resource.type, subject.type)
      ? []
      : [{ code: 'UNKNOWN_SUBJECT', says: 'UNKNOWN_SUBJECT_TYPE' }];
    // What somebody may see of such a kind no rule of it tells: people are told of a denial and nothing else.
    return { reasons: [...this.#missing(check, facts, answer), ...unknownType], private: true };
  }

  #missing(check: Check, facts: Loaded, answer: PdpAnswer | null): Reason[] {
    if (!answer) return [{ code: 'UNKNOWN_RESOURCE' }];
    if (!namesAction(this.#bundle, check.resource.type, check.action.name)) return [{ code: 'UNKNOWN_ACTION' }];
    return answer.refused.length > 0 ? answer.refused.map(unfit) : this.absent(check, facts, ['subject', 'resource']);
  }

  /** What rules about the action look at while nothing is stored or sent of it, on these sides. */
  absent(check: Check, facts: Loaded, sides: readonly Attribute['side'][]): Reason[] {
    const { resource, action } = check;
    const known = {
      subject: this.#attributes(check, facts, 'subject'),
      resource: { ...this.#attributes(check, facts, 'resource'), action: {}, context: {} },
    };
    const rules = this.#bundle.kinds.get(resource.type)?.rules ?? [];
    const lacking = rules
      .filter(({ actions }) => matchesAny(actions, action.name))
      .flatMap(({ reads }) => reads)
      .filter(({ side, name }) => sides.includes(side) && !Object.hasOwn(known[side], name))
      .map(({ side, name }) => `/${side}/properties/${name}`);
    return [...new Set(lacking)].map(missing);
  }

  /** What the PDP says of a check; null where no policy knows the kind either. */
  async answer(check: Check, facts: Loaded): Promise<PdpAnswer | null> {
    const { type } = check.resource;
    if (isOfThisService(type) || !this.#bundle.kinds.has(type)) return null;
    return this.#memo.ask(this.#input(check, facts));
  }

  #input(check: Check, facts: Loaded): DecisionInput {
    return inputOf(check, this.#bundle, {
      principalAttr: this.#attributes(check, facts, 'subject'),
      resourceAttr: {
        ...this.#attributes(check, facts, 'resource'),
        action: check.action.properties,
        context: check.context,
      },
    });
  }

  /** What is known of one side. What a key sends goes over what is stored; what a person sends does not. */
  #attributes(check: Check, facts: Loaded, side: Attribute['side']): Properties {
    const stored = storedAttributes(facts, side);
    const sent = check[side].properties;
    return check.byPerson ? { ...sent, ...stored } : { ...stored, ...sent };
  }

  /** What a kind's resource schema refuses of an entity's attributes; nothing where no policy knows the kind. */
  async complaints(kind: string, stored: object): Promise<PdpAnswer['refused']> {
    return complaintsOf(kind, stored, { kinds: this.#bundle.kinds, ask: async (it) => this.#memo.ask(it) });
  }
}

/** The same, by whatever answers questions. @throws SparkgateError `unavailable` */
export async function complaintsOf(
  kind: string,
  stored: object,
  { kinds, ask }: { kinds: Bundle['kinds']; ask: (question: DecisionInput) => Promise<PdpAnswer> },
): Promise<PdpAnswer['refused']> {
  if (!kinds.has(kind)) return [];
  const resourceAttr = { ...stored, action: {}, context: {} };
  const { refused } = await ask(decisionInput({ kind, action: 'store', roles: ['sparkgate'], resourceAttr }));
  return refused.filter(({ side, path }) => side === 'resource' && !OF_THE_CHECK.test(path));
}

/** What a check itself brings is not missing from what is stored. */
const OF_THE_CHECK = /^\/(?:action|context)(?:\/|$)/;

/** A fact that the kind's schema refused, by where it was sent or would be. */
function unfit({ side, path, message }: PdpAnswer['refused'][number]): Reason {
  const [, ofAction] = /^\/action(\/.*)?$/.exec(path) ?? [];
  const place =
    side === 'resource' && OF_THE_CHECK.test(path) ? path : `/${side}/properties${path === '/' ? '' : path}`;
  const fact = ofAction === undefined ? place : `/action/properties${ofAction}`;
  return { code: 'MISSING_FACT', says: 'UNFIT_FACT', fact, refused: message };
}
