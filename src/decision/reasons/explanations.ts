import { PAUSE_RECOMMENDED } from '../../domain/account-grants/revoke-grant.ts';
import type { AccessPath } from '../../facts/tiktok-account.ts';
import type { Decision } from '../check.ts';
import { accountFacts, type StoredInput } from '../decision-input.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import type { Policies } from '../policies.ts';
import type { Reason } from '../../domain/errors.ts';
import type { AskBudget } from './ask-budget.ts';
import { reasonsOf } from './in-order.ts';
import { asSeen } from './sight.ts';
import { whyNot, type WhyNot } from './why-not.ts';

/** What follows from an answer of the PDP. */
export type Explained = Pick<
  Decision,
  'decision' | 'via' | 'reasons' | 'reasonsIncomplete' | 'obligations' | 'private'
>;

/** A denial that nothing more is said of. */
export const DENIED: Explained = {
  decision: false,
  via: null,
  reasons: [],
  reasonsIncomplete: false,
  obligations: [],
  private: false,
};

/**
 * Explains decisions by their inputs alone, so that an explanation is remembered as long as the PDP's answer itself.
 * Nothing that an input does not hold may go into it.
 */
export class Explanations {
  readonly #policies: Policies;
  readonly #toKeys = new WeakMap<PdpAnswer, Promise<Explained>>();
  readonly #toPersons = new WeakMap<PdpAnswer, Promise<Explained>>();

  constructor(policies: Policies) {
    this.#policies = policies;
  }

  /**
   * By which path a check was allowed, or every condition that is missing, as far as the asker may know.
   * @param byPerson the subject asks themself
   * @param budget for finding the reasons
   */
  async of(input: StoredInput, answer: PdpAnswer, byPerson: boolean, budget: AskBudget): Promise<Explained> {
    const remembered = byPerson ? this.#toPersons : this.#toKeys;
    const known = remembered.get(answer);
    if (known) return known;
    const explained = this.#explain(input, { answer, byPerson, budget });
    remembered.set(answer, explained);
    const forget = (): boolean => remembered.delete(answer);
    explained.then(({ reasonsIncomplete }) => reasonsIncomplete && forget(), forget);
    return explained;
  }

  async #explain(
    input: StoredInput,
    { answer, byPerson, budget }: { answer: PdpAnswer; byPerson: boolean; budget: AskBudget },
  ): Promise<Explained> {
    if (answer.allowed) return { ...DENIED, decision: true, via: await this.#via(input) };
    if (!this.#policies.named(input)) return { ...DENIED, reasons: [{ code: 'UNKNOWN_ACTION' }], private: true };
    const allows = async (it: StoredInput): Promise<boolean> => this.#policies.allows(it);
    const seen = byPerson ? await asSeen(input, async (it) => this.#policies.allowsAnything(it), allows) : input;
    const { reasons: lacking, incomplete } = await this.#whyNot(seen ?? input, budget);
    const reasons = lacking.length > 0 || incomplete ? lacking : this.#deniedBy(input, answer, byPerson);
    const obligations = adsMayRun(seen ?? input) ? [PAUSE_RECOMMENDED] : [];
    return { ...DENIED, reasons, reasonsIncomplete: incomplete, obligations, private: seen === null };
  }

  /** To whom no rule of the kind refers, nothing is near. */
  async #whyNot(input: StoredInput, budget: AskBudget): Promise<Pick<WhyNot, 'reasons' | 'incomplete'>> {
    if (!this.#policies.knows(input)) return { reasons: [], incomplete: false };
    return whyNot(input, this.#policies.vocabulary, async (it) => this.#policies.allows(it, budget));
  }

  /** Where nothing could be better, the rules that deny; a person is not told which. */
  #deniedBy(input: StoredInput, answer: PdpAnswer, byPerson: boolean): Reason[] {
    const rules = this.#policies.deniedBy(input, answer);
    return reasonsOf(rules.map((rule) => ({ code: 'DENIED_BY_RULE', ...(!byPerson && { rule }) })));
  }

  /** By which path an ALLOW came: each path satisfies a rule by itself, so each can be tried alone. */
  async #via(input: StoredInput): Promise<Decision['via']> {
    const facts = accountFacts(input);
    if (facts === null) return input.resourceAttr['owner'] === true ? 'OWNER' : 'BUSINESS_CENTER';
    const { paths } = facts;
    const kinds = new Set(paths.map((path) => path.via));
    if (kinds.size === 1) return paths[0]?.via ?? null;
    const alone = async (path: AccessPath): Promise<boolean> =>
      this.#policies.allows({ ...input, resourceAttr: { ...facts, paths: [path] } });
    const allowed = await Promise.all(paths.map(alone));
    const ways = new Set(paths.filter((_, index) => allowed[index]).map((path) => path.via));
    return VIA.find((via) => ways.has(via)) ?? null;
  }
}

/** Where several paths allow, the one that a Business Center controls is named first. */
const VIA = ['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER'] as const;

/** Whether ads may be running that were created under a grant which was revoked since. */
function adsMayRun(input: StoredInput): boolean {
  const paths = accountFacts(input)?.paths ?? [];
  return input.action === 'create_spark_ad' && paths.some((path) => path.grant === 'REVOKED');
}
