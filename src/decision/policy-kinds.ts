import type { Reason } from '../domain/errors.ts';
import { isOfThisService, meansAction, namesAction, type Bundle } from './bundle.ts';
import type { Check, Decision } from './check.ts';
import type { RecordDecision } from './decision-record.ts';
import type { Facts } from './facts.ts';
import type { Memo } from './memo.ts';
import type { PdpAnswer, PdpQuestion } from './pdp.ts';
import { attributes } from './project.ts';
import { idsOf, NO_IDS } from './question-ids.ts';
import { reason } from './reasons.ts';

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
  async decide(check: Check, { rows, revision }: Facts): Promise<Partial<Decision>> {
    const answer = await this.answer(check, rows);
    if (!answer) return { reasons: [reason('UNKNOWN_RESOURCE')], private: true };
    this.#record?.(answer, () => this.#question(check, rows), { policy: this.#bundle.hash, revision });
    if (answer.allowed) return { decision: true };
    if (!namesAction(this.#bundle, check.resource.type, check.action.name))
      return { reasons: [reason('UNKNOWN_ACTION')] };
    return { reasons: answer.refused.length > 0 ? missingFacts(answer.refused) : this.#absent(check, rows) };
  }

  /** What rules about the action look at while nothing is stored or sent of it. */
  #absent(check: Check, rows: Facts['rows']): Reason[] {
    const { subject, resource, action } = check;
    const known = {
      subject: { ...attributes(rows, 'subject'), ...subject.properties },
      resource: { ...attributes(rows, 'resource'), ...resource.properties, action: {}, context: {} },
    };
    const rules = this.#bundle.kinds.get(resource.type)?.rules ?? [];
    const paths = rules
      .filter(({ actions }) => meansAction(actions, action.name))
      .flatMap(({ reads }) => reads)
      .filter(({ side, name }) => !Object.hasOwn(known[side], name))
      .map(({ side, name }) => `/${side}/properties/${name}`);
    return [...new Set(paths)].map((path) =>
      reason('MISSING_FACT', `${path}: a rule looks at it, and nothing is stored or sent of it`),
    );
  }

  /** What the PDP says of a check; null where no policy knows the kind either. */
  async answer(check: Check, rows: Facts['rows']): Promise<PdpAnswer | null> {
    const { type } = check.resource;
    if (isOfThisService(type) || !this.#bundle.kinds.has(type)) return null;
    return this.#memo.ask(this.#question(check, rows));
  }

  #question(check: Check, rows: Facts['rows']): PdpQuestion {
    const { subject, resource, action } = check;
    return {
      kind: resource.type,
      action: action.name,
      roles: [subject.type],
      ...idsOf(check, this.#bundle),
      principalAttr: { ...attributes(rows, 'subject'), ...subject.properties },
      resourceAttr: {
        ...attributes(rows, 'resource'),
        ...resource.properties,
        action: action.properties,
        context: check.context,
      },
    };
  }

  /** What a kind's resource schema refuses of an entity's attributes; nothing where no policy knows the kind. */
  async complaints(kind: string, stored: object): Promise<PdpAnswer['refused']> {
    if (!this.#bundle.kinds.has(kind)) return [];
    const { refused } = await this.#memo.ask({
      kind,
      action: 'store',
      roles: ['sparkgate'],
      ...NO_IDS,
      principalAttr: {},
      resourceAttr: { ...stored, action: {}, context: {} },
    });
    return refused.filter(({ side, path }) => side === 'resource' && !OF_THE_CHECK.test(path));
  }
}

/** What a check itself brings is not missing from what is stored. */
const OF_THE_CHECK = /^\/(?:action|context)(?:\/|$)/;

function missingFacts(refused: PdpAnswer['refused']): Reason[] {
  return refused.map(({ path, message }) => reason('MISSING_FACT', `${path}: ${message}`));
}
