import {
  NotOK,
  ServiceStatus,
  Status,
  ValidationErrorSource,
  type CheckResourcesResult,
  type OutputResult,
  type Principal,
  type ResourceCheck,
  type Value,
} from '@cerbos/core';
import { GRPC } from '@cerbos/grpc';
import pLimit from 'p-limit';
import { SparkgateError, type Sentence } from '../domain/errors.ts';
import { BUNDLE_KIND } from './bundle.ts';
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

const TIMEOUT_MS = 5000;

/** Resources in one CheckResources call; the PDP is configured to take 500. */
const CALL_SIZE = 200;

/** Characters of attributes in one call: Cerbos takes 4 MB, and a character has up to three bytes. */
const CALL_CHARACTERS = 1024 * 1024;

/** Calls at once: each holds what it sends. */
const CALLS_AT_ONCE = 8;

/** The policy decision point, over @cerbos/grpc: the one place that knows it. */
export class Pdp {
  readonly #target: string;
  readonly #timeoutMs: number;
  readonly #sentinel: Sentinel | null;
  readonly #atOnce = pLimit(CALLS_AT_ONCE);
  #client: GRPC;
  #calls = 0;
  #questions = 0;

  /** @param target `host:port` or `unix:/path` */
  constructor(target: string, { timeoutMs = TIMEOUT_MS, sentinel }: PdpOptions = {}) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#sentinel = sentinel ?? null;
    this.#client = connect(target);
  }

  /** How many calls were made, and how many questions were in them. */
  get asked(): { calls: number; questions: number } {
    return { calls: this.#calls, questions: this.#questions };
  }

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
  }

  /**
   * Which bundle the PDP has loaded, by what it was told at its start (`engine.globals.bundle`). Null where it was told
   * nothing, or has no policy that tells. @throws SparkgateError `unavailable`
   */
  async identify(): Promise<string | null> {
    const results = await this.#send({ id: BUNDLE_KIND, roles: [BUNDLE_KIND] }, [WHICH_BUNDLE], false);
    return toldBy(results[0]);
  }

  /** Such as `0.55.0`. @throws SparkgateError `unavailable` */
  async version(): Promise<string> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const { version } = await this.#client.serverInfo({ signal }).catch((cause: unknown) => {
      throw new SparkgateError('unavailable', DOES_NOT_ANSWER, { cause });
    });
    return version;
  }

  /** What it says of itself, before it is relied on. @throws SparkgateError `unavailable` */
  async report(): Promise<PdpReport> {
    const version = await this.version();
    const principal = { id: BUNDLE_KIND, roles: [BUNDLE_KIND] };
    const [answer] = await this.#send(principal, [EVALUATES_LOOSELY], false);
    const whole = Array.from({ length: CALL_SIZE + 1 }, () => WHICH_BUNDLE);
    const takesWholeCalls = await this.#send(principal, whole, false).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SparkgateError && error.code === 'invalid_request') return false;
        throw error;
      },
    );
    return { version, evaluatesLoosely: answer?.isAllowed('evaluate_loosely') === true, takesWholeCalls };
  }

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

  /** Whether the PDP says that it serves. */
  async serving(): Promise<boolean> {
    try {
      return (
        (await this.#client.checkHealth({}, { signal: AbortSignal.timeout(this.#timeoutMs) })).status ===
        ServiceStatus.SERVING
      );
    } catch {
      return false;
    }
  }

  close(): void {
    this.#client.close();
  }
}

function connect(target: string): GRPC {
  return new GRPC(target, { tls: false, channelOptions: { 'grpc.max_reconnect_backoff_ms': 1000 } });
}

const DOES_NOT_ANSWER: Sentence = (say) => say.details.policiesAway;

/** Of this question the policy wants a fact, which is left out. */
const EVALUATES_LOOSELY: ResourceCheck = {
  resource: { kind: BUNDLE_KIND, id: 'loaded', attr: {} },
  actions: ['evaluate_loosely'],
};

const WHICH_BUNDLE: ResourceCheck = { resource: { kind: BUNDLE_KIND, id: 'loaded', attr: {} }, actions: ['identify'] };

/** What the sentinel's output says; nothing, where it says nothing. */
function toldBy(result: CheckResourcesResult | undefined): string | null {
  const told = result?.outputs.find(({ value }) => value !== null && value !== '')?.value;
  return typeof told === 'string' ? told : typeof told === 'number' ? String(told) : null;
}

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
