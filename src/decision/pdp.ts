import type { CheckResourcesResult, ResourceCheck } from '@cerbos/core';
import { CALL_SIZE } from '@sparkgate/cerbos-pdp/calls';
import { PdpClient, type PdpAnswer, type PdpExplanation, type PdpQuestion } from '@sparkgate/cerbos-pdp/client';
import { PdpError } from '@sparkgate/cerbos-pdp/pdp-error';
import { SparkgateError } from '../domain/errors.ts';
import { BUNDLE_KIND } from './bundle.ts';
<<<<<<< HEAD
import type { Properties } from './check.ts';
import { canonicalJson } from './canonical-json.ts';
import type { DecisionInput } from './decision-input.ts';

export interface PdpAnswer {
  allowed: boolean;
  /** What the kind's schemas refused, by JSON Pointer; then nothing was allowed. */
  refused: readonly { side: 'subject' | 'resource'; path: string; message: string }[];
}

/** How the PDP came to an answer, by its own account. */
export interface PdpExplanation extends PdpAnswer {
  /** The policy that decided, such as `resource.tiktok_account.vdefault`; null where none did. */
  matchedPolicy: string | null;
  derivedRoles: readonly string[];
  /** The rules that held, as far as they have an `output`; `from` is what it says. */
  rules: readonly { name: string; from: string }[];
}
=======
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)

/** By what a PDP is known that others run: each of its answers has to come from this bundle. */
export interface Sentinel {
  /** What the bundle is called that it has told of. */
  bundle: string;
  /** Hears what an answer told; null = nothing. */
  heard: (bundle: string | null) => void;
}

/** What a PDP says of itself. */
export interface PdpReport {
  /** Such as `0.55.0`. */
  version: string;
  /** It was seen to pass over a DENY whose condition cannot be evaluated. */
  evaluatesLoosely: boolean;
  /** Whether it takes as many questions in one call as are put to it. */
  takesWholeCalls: boolean;
}

/** How a PDP is asked. */
export interface PdpOptions {
  /** How long one call may take, in milliseconds; then its questions are unanswered. */
  timeoutMs?: number;
  /** For a PDP that others run. */
  sentinel?: Sentinel;
}

/** The policy decision point of this service, which tells by a kind of its own which bundle it has loaded. */
export class Pdp {
  readonly #client: PdpClient;

  /** @param target `host:port` or `unix:/path` */
  constructor(target: string, { timeoutMs, sentinel }: PdpOptions = {}) {
    this.#client = new PdpClient(target, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(sentinel && { companion: { check: WHICH_BUNDLE, verify: (result) => requireBundle(sentinel, result) } }),
    });
  }

  /** How many calls were made, and how many questions were in them. */
  get asked(): { calls: number; questions: number } {
    return this.#client.asked;
  }

<<<<<<< HEAD
  /** Asks all questions, in as few calls as they have principals. @throws SparkgateError `unavailable`, or `invalid_request` */
  async ask(questions: readonly DecisionInput[]): Promise<PdpAnswer[]> {
    const answers = new Map<DecisionInput, PdpAnswer>();
    await this.#atOnce.map(callsFor(questions), async (call) => this.#call(call, answers));
    return questions.map((question) => {
      const answer = answers.get(question);
      if (!answer) throw new SparkgateError('unavailable', 'The policy decision point left a question open.');
      return answer;
    });
  }

  /** Asks one question, and how it was answered. @throws SparkgateError `unavailable`, or `invalid_request` */
  async explain(question: DecisionInput): Promise<PdpExplanation> {
    const [result] = await this.#check(question, [question], true);
    if (!result) throw new SparkgateError('unavailable', 'The policy decision point left a question open.');
    return {
      ...answerOf(result, question.action),
      matchedPolicy: result.metadata?.actions[question.action]?.matchedPolicy || null,
      derivedRoles: result.metadata?.effectiveDerivedRoles.toSorted() ?? [],
      rules: result.outputs.flatMap(ruleOf),
    };
  }

  async #call(questions: readonly DecisionInput[], answers: Map<DecisionInput, PdpAnswer>): Promise<void> {
    const [first] = questions;
    if (!first) return;
    this.#calls += 1;
    this.#questions += questions.length;
    const response = await this.#check(first, questions);
    for (const [index, question] of questions.entries()) {
      const result = response[index];
      if (result) answers.set(question, answerOf(result, question.action));
    }
=======
  /** Asks all questions. @throws SparkgateError `unavailable`, or `invalid_request` */
  async ask(questions: readonly PdpQuestion[]): Promise<PdpAnswer[]> {
    return this.#client.ask(questions).catch(inOwnTerms);
  }

  /** Asks one question, and how it was answered. @throws SparkgateError `unavailable`, or `invalid_request` */
  async explain(question: PdpQuestion): Promise<PdpExplanation> {
    return this.#client.explain(question).catch(inOwnTerms);
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)
  }

  /**
   * Which bundle the PDP has loaded, by what it was told at its start (`engine.globals.bundle`). Null where it was told
   * nothing, or has no policy that tells. @throws SparkgateError `unavailable`
   */
  async identify(): Promise<string | null> {
    const [result] = await this.#client.check(ITSELF, [WHICH_BUNDLE]).catch(inOwnTerms);
    return toldBy(result);
  }

  /** Such as `0.55.0`. @throws SparkgateError `unavailable` */
  async version(): Promise<string> {
    return this.#client.version().catch(inOwnTerms);
  }

  /** What it says of itself, before it is relied on. @throws SparkgateError `unavailable` */
  async report(): Promise<PdpReport> {
    const version = await this.version();
    const [answer] = await this.#client.check(ITSELF, [EVALUATES_LOOSELY]).catch(inOwnTerms);
    const whole = Array.from({ length: CALL_SIZE + 1 }, () => WHICH_BUNDLE);
    const takesWholeCalls = await this.#client.check(ITSELF, whole).then(
      () => true,
      (error: unknown) => (error instanceof PdpError && error.code === 'unreadable' ? false : inOwnTerms(error)),
    );
    return { version, evaluatesLoosely: answer?.isAllowed('evaluate_loosely') === true, takesWholeCalls };
  }

<<<<<<< HEAD
  async #check(
    first: DecisionInput,
    questions: readonly DecisionInput[],
    includeMetadata = false,
  ): Promise<CheckResourcesResult[]> {
    const principal = { id: first.principalId, roles: [...first.roles], attr: asValues(first.principalAttr) };
    const resources = questions.map((question) => ({
      resource: { kind: question.kind, id: question.resourceId, attr: asValues(question.resourceAttr) },
      actions: [question.action],
    }));
    if (!this.#sentinel) return this.#send(principal, resources, includeMetadata);
    const results = await this.#send(principal, [...resources, WHICH_BUNDLE], includeMetadata);
    const told = toldBy(results.at(-1));
    this.#sentinel.heard(told);
    if (told === this.#sentinel.bundle) return results;
    throw new SparkgateError('unavailable', (say) => say.details.policiesChanged);
  }

  async #send(
    principal: Principal,
    resources: ResourceCheck[],
    includeMetadata: boolean,
  ): Promise<CheckResourcesResult[]> {
    const client = this.#client;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      const { results } = await client.checkResources({ principal, resources, includeMetadata }, { signal });
      return results;
    } catch (cause) {
      if (signal.aborted) this.#renew(client);
      if (cause instanceof NotOK && cause.code === Status.INVALID_ARGUMENT) {
        throw new SparkgateError('invalid_request', 'The policy decision point cannot read these properties.', {
          cause,
        });
      }
      throw new SparkgateError('unavailable', DOES_NOT_ANSWER, { cause });
    }
  }

  /** A connection whose peer has gone silent stays silent: the next call takes a new one. */
  #renew(silent: GRPC): void {
    if (this.#client !== silent) return;
    this.#client = connect(this.#target);
    silent.close();
  }

=======
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)
  /** Whether the PDP says that it serves. */
  async serving(): Promise<boolean> {
    return this.#client.serving();
  }

  close(): void {
    this.#client.close();
  }
}

/** @throws SparkgateError for what the PDP does not answer or cannot read */
function inOwnTerms(error: unknown): never {
  if (!(error instanceof PdpError)) throw error;
  if (error.code === 'unreadable') throw new SparkgateError('invalid_request', error.message, { cause: error });
  throw new SparkgateError('unavailable', (say) => say.details.policiesAway, { cause: error });
}

const ITSELF = { id: BUNDLE_KIND, roles: [BUNDLE_KIND] };

/** Of this question the policy wants a fact, which is left out. */
const EVALUATES_LOOSELY: ResourceCheck = {
  resource: { kind: BUNDLE_KIND, id: 'loaded', attr: {} },
  actions: ['evaluate_loosely'],
};

const WHICH_BUNDLE: ResourceCheck = { resource: { kind: BUNDLE_KIND, id: 'loaded', attr: {} }, actions: ['identify'] };

/** @throws SparkgateError `unavailable` for an answer that comes from another bundle */
function requireBundle({ bundle, heard }: Sentinel, result: CheckResourcesResult | undefined): void {
  const told = toldBy(result);
  heard(told);
  if (told !== bundle) throw new SparkgateError('unavailable', (say) => say.details.policiesChanged);
}

/** What the sentinel's output says; nothing, where it says nothing. */
function toldBy(result: CheckResourcesResult | undefined): string | null {
  const told = result?.outputs.find(({ value }) => value !== null && value !== '')?.value;
  return typeof told === 'string' ? told : typeof told === 'number' ? String(told) : null;
}
<<<<<<< HEAD

function callsFor(questions: readonly DecisionInput[]): DecisionInput[][] {
  const byPrincipal = Map.groupBy(questions, (question) =>
    canonicalJson([question.roles, question.principalId, question.principalAttr]),
  );
  return [...byPrincipal].flatMap(([principal, group]) => inCalls(group, principal.length));
}

/** Cuts questions of one principal into calls that are neither too many nor too large together. */
function inCalls(questions: readonly DecisionInput[], principalSize: number): DecisionInput[][] {
  const calls: DecisionInput[][] = [];
  let call: DecisionInput[] = [];
  let size = principalSize;
  for (const question of questions) {
    const own = JSON.stringify(question.resourceAttr).length;
    if (call.length === CALL_SIZE || (call.length > 0 && size + own > CALL_CHARACTERS)) {
      calls.push(call);
      call = [];
      size = principalSize;
    }
    call.push(question);
    size += own;
  }
  return [...calls, call];
}

function answerOf(result: CheckResourcesResult, action: string): PdpAnswer {
  return {
    allowed: result.isAllowed(action) === true && result.validationErrors.length === 0,
    refused: result.validationErrors.map(({ path, message, source }) => ({
      side: source === ValidationErrorSource.RESOURCE ? 'resource' : 'subject',
      path,
      message,
    })),
  };
}

/** An output names its rule after the `#` of its source. */
function ruleOf({ source, value }: OutputResult): PdpExplanation['rules'] {
  const name = source.split('#').at(1);
  return name === undefined ? [] : [{ name, from: typeof value === 'string' ? value : '' }];
}

/** JSON, as it was parsed, is what Cerbos calls values. */
function asValues(properties: Properties): Record<string, Value> {
  return properties as Record<string, Value>;
}
=======
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)
