import type { Query } from '../domain/context.ts';
import type { Reason } from '../domain/errors.ts';
import { SERVICE_KIND, type Bundle } from './bundle.ts';
import type { Check, Decision, ServiceCheck } from './check.ts';
import type { RecordDecision } from './decision-record.ts';
import { Denials, type Draft } from './denials.ts';
import { DENIED, Explanations, type Explained } from './explanations.ts';
import { loadFacts, type FactLoader, type FactQuestion, type Facts } from './facts.ts';
import type { Memo } from './memo.ts';
import { PolicyKinds } from './policy-kinds.ts';
import { prepare, type PreparedCheck } from './prepare.ts';
import { isStoredKind, project, type Projection } from './project.ts';
import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { withoutId } from './decision-input.ts';
import { reasonsOf } from './reasons.ts';
import { withAssigneeSeen } from './sight.ts';
import type { Situation } from './situation.ts';
import { Situations } from './situations.ts';
import { whyNot } from './why-not.ts';

/** Decides checks by one bundle: facts -> vector -> decision. */
export class Decider {
  /** What decides kinds whose relationships are not stored here. */
  readonly policyKinds: PolicyKinds;
  readonly #bundle: Bundle;
  readonly #facts: FactLoader;
  readonly #memo: Memo;
  readonly #record: RecordDecision | null;
  readonly #situations: Situations;
  readonly #explanations: Explanations;
  readonly #denials: Denials;

  constructor(parts: { bundle: Bundle; facts: FactLoader; memo: Memo; record?: RecordDecision | null }) {
    this.#bundle = parts.bundle;
    this.#facts = parts.facts;
    this.#memo = parts.memo;
    this.#record = parts.record ?? null;
    this.#situations = new Situations(parts);
    this.#explanations = new Explanations(this.#situations);
    this.#denials = new Denials({ ...parts, situations: this.#situations, explanations: this.#explanations });
    this.policyKinds = new PolicyKinds({ bundle: parts.bundle, memo: parts.memo, record: this.#record });
  }

  /** The hash of the bundle that decides. */
  get policy(): string {
    return this.#bundle.hash;
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
    const facts = query ? await loadFacts(query, questions) : await this.#facts.load(questions);
    const drafts = await Promise.all(
      checks.map(async ({ check, question }, index): Promise<Draft> => {
        const own = facts[index];
        if (!own) throw new Error('facts of a check were left out');
        if (isStoredKind(question.kind)) return this.#draft(check, question, own);
        const explained = { ...DENIED, ...(await this.policyKinds.decide(check, own)) };
        return { check, question, facts: own, situation: null, explained };
      }),
    );
    const explained = await this.#denials.complete(drafts, query);
    return drafts.map(({ facts: { revision } }, index) => ({
      ...DENIED,
      ...explained[index],
      policy: this.policy,
      revision,
    }));
  }

  /** As {@link decide}, but tells only which are allowed. */
  async allow(checks: readonly PreparedCheck[]): Promise<boolean[]> {
    const facts = await this.#facts.load(checks.map(({ question }) => question));
    return Promise.all(
      checks.map(async ({ check, question }, index) => {
        const rows = facts[index]?.rows ?? [];
        if (!isStoredKind(question.kind)) return (await this.policyKinds.answer(check, rows))?.allowed === true;
        const projection = project(check, question, rows);
        return (
          projection.known &&
          (await this.#situations.answer(check, { roles: [check.subject.type], projection })).allowed
        );
      }),
    );
  }

  /** The projection of an id that cannot exist, on the side that moves in a search of a kind of our own, and its revision. */
  async nobody(moving: 'subject' | 'resource', check: Check): Promise<{ projection: Projection; revision: string }> {
    const prepared = prepare({ ...check, [moving]: { ...check[moving], id: '' } });
    const [facts] = await this.#facts.load([prepared.question]);
    if (!facts) throw new Error('the facts of nobody were left out');
    return { projection: project(prepared.check, prepared.question, facts.rows), revision: facts.revision };
  }

  /** On which of these vectors the check would be allowed. */
  async allowedOn(check: Check, projections: readonly Projection[]): Promise<boolean[]> {
    const roles = [check.subject.type];
    return Promise.all(projections.map(async (projection) => this.#situations.allows(check, { roles, projection })));
  }

  /** What every candidate of a search lacks, by what was sent and by the side that stands still alone. */
  async lacking(moving: 'subject' | 'resource', check: Check): Promise<readonly Reason[]> {
    const fixed = moving === 'subject' ? 'resource' : 'subject';
    if (!isStoredKind(check.resource.type)) {
      const [facts] = await this.#facts.load([prepare(check).question]);
      return this.policyKinds.absent(check, facts?.rows ?? [], [fixed]);
    }
    const { projection } = await this.nobody(moving, check);
    const situation: Situation = { roles: [check.subject.type], projection };
    const allows = async (it: Situation): Promise<boolean> => {
      const { allowed } = await this.#memo.ask(withoutId(moving, this.#situations.question(check, it)));
      return allowed;
    };
    const { moves } = await whyNot(check.byPerson ? await withAssigneeSeen(situation, allows) : situation, allows);
    const shared = moves?.filter(({ about }) => about === 'check' || about === fixed) ?? [];
    return reasonsOf(shared.flatMap(({ reasons }) => reasons));
  }

  /** Whether somebody may call this service for something. */
  async decideService({ role, action, vector }: ServiceCheck): Promise<boolean> {
    const input = decisionInput({ kind: SERVICE_KIND, action, roles: [role], resourceAttr: { ...vector } });
    const { allowed } = await this.#memo.ask(input);
    return allowed;
  }

  /** What a check's own facts decide. */
  async #draft(check: Check, question: FactQuestion, facts: Facts): Promise<Draft> {
    const draft = { check, question, facts };
    const projection = project(check, question, facts.rows);
    if (!projection.known) return { ...draft, situation: null, explained: this.#unknown(check) };
    const situation: Situation = { roles: [check.subject.type], projection };
    const answer = await this.#situations.answer(check, situation);
    const at = { policy: this.policy, revision: facts.revision };
    this.#record?.(answer, () => this.#situations.question(check, situation), at);
    return { ...draft, situation, explained: await this.#explanations.of(check, situation, answer) };
  }

  #unknown(check: Check): Explained {
    const reasons: Reason[] = [{ code: 'UNKNOWN_RESOURCE' }];
    if (!this.#situations.named(check)) reasons.unshift({ code: 'UNKNOWN_ACTION' });
    return { ...DENIED, reasons, private: true };
  }
}
