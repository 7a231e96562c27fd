import { isGlob } from '@sparkgate/cerbos-policies/glob';
import type { Query } from '../domain/context.ts';
import type { Reason } from '../domain/errors.ts';
import { inSlices } from '../domain/in-slices.ts';
import { isStoredKind, KIND_FACTS, project, type Projection } from '../facts/kinds.ts';
import { readFacts, type Facts } from '../facts/kind.ts';
import { loadFacts, type FactLoader } from '../facts/loader.ts';
import type { Loaded } from '../facts/slice.ts';
import { isOfThisService, looksAt, SERVICE_KIND, type Bundle } from './bundle.ts';
import type { Check, Decision, ServiceCheck } from './check.ts';
import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { withoutId, type StoredInput } from './decision-input.ts';
import type { RecordDecision } from './decision-record.ts';
import type { Memo } from './memo.ts';
import { Policies } from './policies.ts';
import { PolicyKinds } from './policy-kinds.ts';
import type { PreparedCheck } from './prepare.ts';
import { AskBudget } from './reasons/ask-budget.ts';
import { Denials, type Draft } from './reasons/denials.ts';
import { DENIED, Explanations, type Explained } from './reasons/explanations.ts';
import { reasonsOf } from './reasons/in-order.ts';
import { withAssigneeSeen, withinSight } from './reasons/sight.ts';
import { whyNot } from './reasons/why-not.ts';
import type { Told } from './search/tier.ts';

/** Kinds that are asked about from outside, each with the actions that policies name for it, globs apart. */
export type KindActions = readonly (readonly [kind: string, actions: readonly string[]])[];

/** Decides checks by one bundle: facts -> vector -> decision. */
export class Decider {
  /** What decides kinds whose relationships are not stored here. */
  readonly policyKinds: PolicyKinds;
  readonly #bundle: Bundle;
  readonly #facts: FactLoader;
  readonly #memo: Memo;
  readonly #record: RecordDecision | null;
  readonly #policies: Policies;
  readonly #explanations: Explanations;
  readonly #denials: Denials;

  constructor(parts: { bundle: Bundle; facts: FactLoader; memo: Memo; record?: RecordDecision | null }) {
    this.#bundle = parts.bundle;
    this.#facts = parts.facts;
    this.#memo = parts.memo;
    this.#record = parts.record ?? null;
    this.#policies = new Policies(parts);
    this.#explanations = new Explanations(this.#policies);
    this.#denials = new Denials({ ...parts, policies: this.#policies, explanations: this.#explanations });
    this.policyKinds = new PolicyKinds({ bundle: parts.bundle, memo: parts.memo, record: this.#record });
  }

  /** The hash of the bundle that decides. */
  get policy(): string {
    return this.#bundle.hash;
  }

  /** The time zone in which the time of a check is told. */
  get timeZone(): string {
    return this.#facts.timeZone;
  }

  /** What the bundle names. */
  get actions(): KindActions {
    return [...this.#bundle.kinds]
      .filter(([kind]) => !isOfThisService(kind))
      .map(([kind, { actions }]) => [kind, [...actions].filter((action) => !isGlob(action))]);
  }

  /** Whether what the PDP answers holds as long as this bundle decides. */
  get answersLast(): boolean {
    return this.#memo.lasts;
  }

  /**
   * Decides all checks on facts of one moment. With `query` the facts are read through it, which is how a write sees
   * what it has itself locked. @throws SparkgateError `unavailable`
   */
  async decide(checks: readonly PreparedCheck[], query: Query | null = null): Promise<Decision[]> {
    const questions = checks.map(({ question }) => question);
    const loaded = query ? await loadFacts(query, questions, this.timeZone) : await this.#facts.load(questions);
    return this.#decideOn(checks, loaded, query);
  }

  /**
   * As {@link decide}, but on facts in memory that are so many milliseconds old at most; null where some are missing, or
   * older. @throws SparkgateError `unavailable`
   */
  async decideKept(checks: readonly PreparedCheck[], mostMs: number): Promise<Decision[] | null> {
    const loaded = this.#facts.kept(
      checks.map(({ question }) => question),
      mostMs,
    );
    return loaded && this.#decideOn(checks, loaded, null);
  }

  async #decideOn(
    checks: readonly PreparedCheck[],
    loaded: readonly Loaded[],
    query: Query | null,
  ): Promise<Decision[]> {
    const budget = new AskBudget();
    const drafts = await inSlices(checks, async ({ check }, index): Promise<Draft> => {
      const facts = loaded[index];
      if (!facts) throw new Error('facts of a check were left out');
      if (isStoredKind(check.resource.type)) return this.#draft(check, facts, budget);
      const explained = { ...DENIED, ...(await this.policyKinds.decide(check, facts)) };
      return { check, facts, input: null, explained };
    });
    const explained = await this.#denials.complete(drafts, query, budget);
    return drafts.map(({ check, input, facts: { revision } }, index) => ({
      ...DENIED,
      ...(check.within === null ? explained[index] : withinSight(input, explained[index])),
      policy: this.policy,
      revision,
    }));
  }

  /** Which checks are allowed on these facts. */
  async allowOn(checks: readonly { check: Check; facts: Loaded }[]): Promise<boolean[]> {
    return inSlices(checks, async ({ check, facts }) => {
      if (!isStoredKind(check.resource.type)) return (await this.policyKinds.answer(check, facts))?.allowed === true;
      const projection = project(facts, this.#policies.vocabulary);
      return projection.known && (await this.#policies.answer(this.#policies.input(check, projection))).allowed;
    });
  }

  /** What is sent of a check of a kind that is stored here, and what rules about its action look at. */
  told({ action, resource: { type } }: Check): Told {
    const facts: Facts = isStoredKind(type) ? this.#bundle.vocabulary[type] : {};
    return { facts, looksAt: looksAt(this.#bundle, type, action.name) };
  }

  /** On which of these vectors the check would be allowed. */
  async allowedOn(check: Check, projections: readonly Projection[]): Promise<boolean[]> {
    return Promise.all(projections.map(async (it) => this.#policies.allows(this.#policies.input(check, it))));
  }

  /**
   * What every candidate of a search lacks, by what was sent and by the side that stands still alone. @param unrelated the
   * facts of an id that cannot exist
   */
  async lacking(moving: 'subject' | 'resource', check: Check, unrelated: Loaded): Promise<readonly Reason[]> {
    const fixed = moving === 'subject' ? 'resource' : 'subject';
    if (!isStoredKind(check.resource.type)) return this.policyKinds.absent(check, unrelated, [fixed]);
    const input = withoutId(moving, this.#policies.input(check, project(unrelated, this.#policies.vocabulary)));
    const allows = async (it: StoredInput): Promise<boolean> => this.#policies.allows(it);
    const seen = check.byPerson ? await withAssigneeSeen(input, allows) : input;
    const { moves } = await whyNot(seen, this.#policies.vocabulary, allows);
    const shared = moves?.filter(({ about }) => about === 'check' || about === fixed) ?? [];
    return reasonsOf(shared.flatMap(({ reasons }) => reasons));
  }

  /** Whether somebody may call this service for something. */
  async decideService({ role, action, call }: ServiceCheck): Promise<boolean> {
    const resourceAttr = readFacts(KIND_FACTS[SERVICE_KIND], call);
    return this.#policies.allows(decisionInput({ kind: SERVICE_KIND, action, roles: [role], resourceAttr }));
  }

  /** What a check's own facts decide. */
  async #draft(check: Check, facts: Loaded, budget: AskBudget): Promise<Draft> {
    const projection = project(facts, this.#policies.vocabulary);
    if (!projection.known) return { check, facts, input: null, explained: this.#unknown(check) };
    const input = this.#policies.input(check, projection);
    const answer = await this.#policies.answer(input);
    this.#record?.(answer, () => input, { policy: this.policy, revision: facts.revision });
    return { check, facts, input, explained: await this.#explanations.of(input, answer, check.byPerson, budget) };
  }

  #unknown({ resource, action }: Check): Explained {
    const reasons: Reason[] = [{ code: 'UNKNOWN_RESOURCE' }];
    if (!this.#policies.named({ kind: resource.type, action: action.name }))
      reasons.unshift({ code: 'UNKNOWN_ACTION' });
    return { ...DENIED, reasons, private: true };
  }
}
