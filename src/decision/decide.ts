import type { Query } from '../domain/context.ts';
import { PAUSE_RECOMMENDED } from '../domain/account-grants/revoke-grant.ts';
import { namesAction, SERVICE_KIND, type Bundle } from './bundle.ts';
import type { Check, Decision, ServiceCheck } from './check.ts';
import type { RecordDecision } from './decision-record.ts';
import { loadFacts, type FactLoader, type FactQuestion, type Facts } from './facts.ts';
import type { Situation } from './situation.ts';
import type { Memo } from './memo.ts';
import type { PdpAnswer, PdpQuestion } from './pdp.ts';
import { PolicyKinds } from './policy-kinds.ts';
import { prepare, type PreparedCheck } from './prepare.ts';
import { isStoredKind, project, type Projection } from './project.ts';
import { idsOf, NO_IDS } from './question-ids.ts';
import { reason, reasonsOf } from './reasons.ts';
import type { AccessPath } from './vectors.ts';
import { whyNot, type WhyNot } from './why-not.ts';

/** Decides checks by one bundle: facts -> vector -> decision. */
export class Decider {
  /** What decides kinds whose relationships are not stored here. */
  readonly policyKinds: PolicyKinds;
  readonly #bundle: Bundle;
  readonly #facts: FactLoader;
  readonly #memo: Memo;
  readonly #record: RecordDecision | null;
  /** What follows from an answer of the PDP, remembered as long as the answer itself. */
  readonly #explanations = new WeakMap<PdpAnswer, Promise<Partial<Decision>>>();

  constructor(parts: { bundle: Bundle; facts: FactLoader; memo: Memo; record?: RecordDecision | null }) {
    this.#bundle = parts.bundle;
    this.#facts = parts.facts;
    this.#memo = parts.memo;
    this.#record = parts.record ?? null;
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
    return Promise.all(
      checks.map(async ({ check, question }, index) => {
        const own = facts[index];
        if (!own) throw new Error('facts of a check were left out');
        const answer = await (isStoredKind(question.kind)
          ? this.#stored(check, question, own)
          : this.policyKinds.decide(check, own));
        return { ...DENIED, policy: this.#bundle.hash, revision: own.revision, ...answer };
      }),
    );
  }

  /** As {@link decide}, but tells only which are allowed. */
  async allow(checks: readonly PreparedCheck[]): Promise<boolean[]> {
    const facts = await this.#facts.load(checks.map(({ question }) => question));
    return Promise.all(
      checks.map(async ({ check, question }, index) => {
        const rows = facts[index]?.rows ?? [];
        if (!isStoredKind(question.kind)) return (await this.policyKinds.answer(check, rows))?.allowed === true;
        const projection = project(check, question, rows);
        return projection.known && (await this.#answer(check, { roles: [check.subject.type], projection })).allowed;
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
    return Promise.all(projections.map(async (projection) => this.#allows(check, { roles, projection })));
  }

  /** Whether somebody may call this service for something. */
  async decideService({ role, action, vector }: ServiceCheck): Promise<boolean> {
    const { allowed } = await this.#memo.ask({
      kind: SERVICE_KIND,
      action,
      roles: [role],
      ...NO_IDS,
      principalAttr: {},
      resourceAttr: { ...vector },
    });
    return allowed;
  }

  async #stored(check: Check, question: FactQuestion, { rows, revision }: Facts): Promise<Partial<Decision>> {
    const projection = project(check, question, rows);
    if (!projection.known) return { reasons: [reason('UNKNOWN_RESOURCE')], private: true };
    const situation: Situation = { roles: [check.subject.type], projection };
    const answer = await this.#answer(check, situation);
    this.#record?.(answer, () => this.#question(check, situation), { policy: this.policy, revision });
    const known = this.#explanations.get(answer);
    if (known) return known;
    const explanation = this.#explain(check, situation, answer);
    this.#explanations.set(answer, explanation);
    explanation.catch(() => this.#explanations.delete(answer));
    return explanation;
  }

  async #explain(check: Check, situation: Situation, { allowed }: PdpAnswer): Promise<Partial<Decision>> {
    if (allowed) return { decision: true, via: await this.#via(check, situation) };
    if (!namesAction(this.#bundle, check.resource.type, check.action.name))
      return { reasons: [reason('UNKNOWN_ACTION')] };
    const { codes, outside } = await this.#whyNot(check, situation);
    const obligations = adsMayRun(check, situation) ? [PAUSE_RECOMMENDED] : [];
    return { reasons: reasonsOf(codes), obligations, private: outside };
  }

  /** Of a situation that need not hold anywhere: what the kind's schema refuses cannot be, and is not allowed. */
  async #allows(check: Check, situation: Situation): Promise<boolean> {
    return (await this.#ask(check, situation)).allowed;
  }

  /** Of a situation that holds. @throws Error when the policies' schema does not take what there is */
  async #answer(check: Check, situation: Situation): Promise<PdpAnswer> {
    const answer = await this.#ask(check, situation);
    if (answer.refused.length > 0) {
      throw new Error(`the schema of ${check.resource.type} refused a vector: ${JSON.stringify(answer.refused)}`);
    }
    return answer;
  }

  async #ask(check: Check, situation: Situation): Promise<PdpAnswer> {
    return this.#memo.ask(this.#question(check, situation));
  }

  #question(check: Check, { roles, projection }: Situation): PdpQuestion {
    return {
      kind: projection.kind,
      action: check.action.name,
      roles,
      ...idsOf(check, this.#bundle),
      principalAttr: {},
      resourceAttr: { ...projection.vector },
    };
  }

  /** By which path an ALLOW came: each path satisfies a rule by itself, so each can be tried alone. */
  async #via(check: Check, { roles, projection }: Situation): Promise<Decision['via']> {
    if (projection.kind === 'business_center') return 'BUSINESS_CENTER';
    if (projection.kind === 'access_request') return projection.vector.owner ? 'OWNER' : 'BUSINESS_CENTER';
    const { paths } = projection.vector;
    const kinds = new Set(paths.map((path) => path.via));
    if (kinds.size === 1) return paths[0]?.via ?? null;
    const alone = async (path: AccessPath): Promise<boolean> =>
      this.#allows(check, { roles, projection: { ...projection, vector: { ...projection.vector, paths: [path] } } });
    const allowed = await Promise.all(paths.map(alone));
    const ways = new Set(paths.filter((_, index) => allowed[index]).map((path) => path.via));
    return VIA.find((via) => ways.has(via)) ?? null;
  }

  async #whyNot(check: Check, situation: Situation): Promise<WhyNot> {
    return whyNot(situation, async (it) => this.#allows(check, it));
  }
}

const DENIED = { decision: false, via: null, reasons: [], obligations: [], private: false } as const;

/** Where several paths allow, the one that a Business Center controls is named first. */
const VIA = ['BUSINESS_CENTER', 'ACCOUNT_LINK', 'OWNER'] as const;

/** Whether ads may be running that were created under a grant which was revoked since. */
function adsMayRun({ action }: Check, { projection }: Situation): boolean {
  return (
    action.name === 'create_spark_ad' &&
    projection.kind === 'tiktok_account' &&
    projection.vector.paths.some((path) => path.grant === 'REVOKED')
  );
}
