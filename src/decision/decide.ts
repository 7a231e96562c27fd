import type { Query } from '../domain/context.ts';
import { PAUSE_RECOMMENDED } from '../domain/account-grants/revoke-grant.ts';
import type { Reason } from '../domain/errors.ts';
import { isOfThisService, SERVICE_KIND, type Bundle } from './bundle.ts';
import type { Check, Decision, ServiceCheck } from './check.ts';
import type { RecordDecision } from './decision-record.ts';
import { loadFacts, type FactLoader, type FactQuestion, type Facts } from './facts.ts';
import type { Situation } from './situation.ts';
import type { Memo } from './memo.ts';
import type { PdpAnswer, PdpQuestion } from './pdp.ts';
import { prepare, type PreparedCheck } from './prepare.ts';
import { attributes, isStoredKind, project, type Projection } from './project.ts';
import { reason, reasonsOf } from './reasons.ts';
import type { AccessPath } from './vectors.ts';
import { whyNot, type WhyNot } from './why-not.ts';

/** The principal's and resource's ids where no policy looks at them. */
const NO_IDS = { principalId: 'subject', resourceId: 'resource' } as const;

/** Decides checks by one bundle: facts -> vector -> decision. */
export class Decider {
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
          : this.#merged(check, own));
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
        if (!isStoredKind(question.kind)) return (await this.#answerMerged(check, rows))?.allowed === true;
        const projection = project(check, question, rows);
        return projection.known && (await this.#answer(check, { roles: [check.subject.type], projection })).allowed;
      }),
    );
  }

  /** The projection of an id that cannot exist, on the side that moves in a search of a kind of our own. */
  async nobody(moving: 'subject' | 'resource', check: Check): Promise<Projection> {
    const prepared = prepare({ ...check, [moving]: { ...check[moving], id: '' } });
    const [facts] = await this.#facts.load([prepared.question]);
    return project(prepared.check, prepared.question, facts?.rows ?? []);
  }

  /** Whether the check would be allowed on any of these vectors. */
  async allowsAny(check: Check, projections: readonly Projection[]): Promise<boolean> {
    const roles = [check.subject.type];
    const allowed = await Promise.all(
      projections.map(async (projection) => this.#allows(check, { roles, projection })),
    );
    return allowed.includes(true);
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
    if (!this.#knows(check)) return { reasons: [reason('UNKNOWN_ACTION')] };
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
      ...this.#ids(check),
      principalAttr: {},
      resourceAttr: { ...projection.vector },
    };
  }

  /** Ids are sent, and so are part of what is remembered, only where the kind's policy looks at them. */
  #ids({ subject, resource }: Check): Pick<PdpQuestion, 'principalId' | 'resourceId'> {
    const mentioned = this.#bundle.kinds.get(resource.type)?.mentionsIds === true;
    return mentioned ? { principalId: subject.id, resourceId: resource.id } : NO_IDS;
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

  #knows({ action, resource }: Check): boolean {
    const actions = this.#bundle.kinds.get(resource.type)?.actions;
    return actions !== undefined && (actions.has(action.name) || [...actions].some((name) => name.includes('*')));
  }

  async #merged(check: Check, { rows, revision }: Facts): Promise<Partial<Decision>> {
    const answer = await this.#answerMerged(check, rows);
    if (!answer) return { reasons: [reason('UNKNOWN_RESOURCE')], private: true };
    this.#record?.(answer, () => this.#mergedQuestion(check, rows), { policy: this.policy, revision });
    if (answer.allowed) return { decision: true };
    if (!this.#knows(check)) return { reasons: [reason('UNKNOWN_ACTION')] };
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
      .filter(({ actions }) => actions.some((name) => name === action.name || name.includes('*')))
      .flatMap(({ reads }) => reads)
      .filter(({ side, name }) => !Object.hasOwn(known[side], name))
      .map(({ side, name }) => `/${side}/properties/${name}`);
    return [...new Set(paths)].map((path) =>
      reason('MISSING_FACT', `${path}: a rule looks at it, and nothing is stored or sent of it`),
    );
  }

  /**
   * A kind that only policies know is decided from what is stored of both sides, and what was sent over it. Null where
   * no policy knows it either.
   */
  async #answerMerged(check: Check, rows: Facts['rows']): Promise<PdpAnswer | null> {
    const { type } = check.resource;
    if (isOfThisService(type) || !this.#bundle.kinds.has(type)) return null;
    return this.#memo.ask(this.#mergedQuestion(check, rows));
  }

  #mergedQuestion(check: Check, rows: Facts['rows']): PdpQuestion {
    const { subject, resource, action } = check;
    return {
      kind: resource.type,
      action: action.name,
      roles: [subject.type],
      ...this.#ids(check),
      principalAttr: { ...attributes(rows, 'subject'), ...subject.properties },
      resourceAttr: {
        ...attributes(rows, 'resource'),
        ...resource.properties,
        action: action.properties,
        context: check.context,
      },
    };
  }
}

/** What a check itself brings is not missing from what is stored. */
const OF_THE_CHECK = /^\/(?:action|context)(?:\/|$)/;

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

function missingFacts(refused: PdpAnswer['refused']): Reason[] {
  return refused.map(({ path, message }) => reason('MISSING_FACT', `${path}: ${message}`));
}
