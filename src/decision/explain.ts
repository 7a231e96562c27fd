import { SparkgateError, type Reason } from '../domain/errors.ts';
import { isStoredKind, project } from '../facts/kinds.ts';
import type { FactLoader } from '../facts/loader.ts';
import type { RuleName } from '@sparkgate/cerbos-policies/kinds';
import type { Bundle } from './bundle.ts';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import type { Check, Decision, Properties } from './check.ts';
import type { Decider } from './decide.ts';
import type { Memo } from './memo.ts';
import type { PdpExplanation } from '@sparkgate/cerbos-pdp/client';
import type { Pdp } from './pdp.ts';
import { prepare } from './prepare.ts';
import { decisionInput, type DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { Policies } from './policies.ts';
import type { FactChange } from './reasons/fact-changes.ts';
import { remedyOf } from './reasons/remedy.ts';

/** A decision, and all that led to it. */
export interface Explanation {
  decision: Decision;
  /** What was sent to the PDP as the resource's attributes; null for what is not stored here and what is not known. */
  vector: Properties | null;
  pdp: Pick<PdpExplanation, 'matchedPolicy' | 'derivedRoles' | 'rules'> | null;
  /** Every rule of the kind that is about the action, whether it held or not. */
  about: readonly RuleName[];
  /** On a DENY: the fewest facts that would have to be otherwise for the policies to allow. */
  changes: readonly FactChange[];
  reasons: readonly Reason[];
}

/** Tells reviewers how a decision came about. The decision itself is the check endpoint's. */
export class Explainer {
  readonly #parts: { bundle: Bundle; decider: Decider; facts: FactLoader; memo: Memo; pdp: Pdp };
  readonly #policies: Policies;

  constructor(parts: { bundle: Bundle; decider: Decider; facts: FactLoader; memo: Memo; pdp: Pdp }) {
    this.#parts = parts;
    this.#policies = new Policies(parts);
  }

  /** Every kind that may be asked about, with the actions that its rules name. */
  get kinds(): Bundle['kinds'] {
    return this.#parts.bundle.kinds;
  }

  /** @throws SparkgateError `unavailable`, or `invalid_request` when the properties do not fit */
  async explain(check: Check): Promise<Explanation> {
    const prepared = prepare(check);
    const [decision] = await this.#parts.decider.decide([prepared]);
    if (!decision) throw new Error('a check got no decision');
    const about = this.#rulesAbout(check);
    const nothing = { decision, vector: null, pdp: null, about, changes: [], reasons: decision.reasons };
    if (!isStoredKind(check.resource.type)) return nothing;
    const [facts] = await this.#parts.facts.load([prepared.question]);
    const projection = facts && project(facts, this.#policies.vocabulary);
    if (!projection?.known) return nothing;
    const input = this.#policies.input(check, projection);
    const pdp = await this.#parts.pdp.explain(input);
    if (pdp.allowed !== decision.decision) {
      throw new SparkgateError('conflict', 'The facts changed while this was looked at. Ask again.');
    }
    const changes = pdp.allowed ? [] : (await remedyOf(input, this.#policies)).changes;
    return { ...nothing, vector: input.resourceAttr, pdp, changes };
  }

  /** Whether the policies would allow of facts that need not hold anywhere. */
  async allows(asked: Pick<DecisionInput, 'kind' | 'action' | 'roles' | 'resourceAttr'>): Promise<boolean> {
    return this.#policies.allows(decisionInput(asked));
  }

  #rulesAbout({ action, resource }: Check): RuleName[] {
    const rules = this.kinds.get(resource.type)?.rules ?? [];
    return rules.filter(({ actions }) => matchesAny(actions, action.name));
  }
}
