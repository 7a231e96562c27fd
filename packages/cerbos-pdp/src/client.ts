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
import { inCalls } from './calls.ts';
import type { Attributes, DecisionInput } from './decision-input.ts';
import { PdpError } from './pdp-error.ts';

export interface PdpAnswer {
  allowed: boolean;
  /** What the kind's schemas refused, by JSON Pointer; then nothing was allowed. */
  refused: readonly { side: 'subject' | 'resource'; path: string; message: string }[];
  /** On a denial: the rules that held, as far as they have an `output`; left out where there are none. */
  held?: readonly string[];
}

/** How the PDP came to an answer, by its own account. */
export interface PdpExplanation extends PdpAnswer {
  /** The policy that decided, such as `resource.tiktok_account.vdefault`; null where none did. */
  matchedPolicy: string | null;
  derivedRoles: readonly string[];
  /** The rules that held, as far as they have an `output`; `from` is what it says. */
  rules: readonly { name: string; from: string }[];
}

/** A check that goes along in every call, and what becomes of the call by its result. */
export interface Companion {
  check: ResourceCheck;
  /** Takes its result. What it throws becomes of the whole call. */
  verify: (result: CheckResourcesResult | undefined) => void;
}

/** How a PDP is asked. */
export interface PdpClientOptions {
  /** How long one call may take, in milliseconds; then its questions are unanswered. */
  timeoutMs?: number;
  companion?: Companion;
}

const TIMEOUT_MS = 5000;

/** Calls at once: each holds what it sends. */
const CALLS_AT_ONCE = 8;

/** A policy decision point, over @cerbos/grpc. */
export class PdpClient {
  readonly #target: string;
  readonly #timeoutMs: number;
  readonly #companion: Companion | null;
  readonly #atOnce = pLimit(CALLS_AT_ONCE);
  #client: GRPC;
  #calls = 0;
  #questions = 0;

  /** @param target `host:port` or `unix:/path` */
  constructor(target: string, { timeoutMs = TIMEOUT_MS, companion }: PdpClientOptions = {}) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#companion = companion ?? null;
    this.#client = connect(target);
  }

  /** How many calls were made, and how many questions were in them. */
  get asked(): { calls: number; questions: number } {
    return { calls: this.#calls, questions: this.#questions };
  }

  /** Asks all questions, in as few calls as they have principals. @throws PdpError */
  async ask(questions: readonly DecisionInput[]): Promise<PdpAnswer[]> {
    const answers = new Map<DecisionInput, PdpAnswer>();
    await this.#atOnce.map(inCalls(questions), async (call) => this.#call(call, answers));
    return questions.map((question) => {
      const answer = answers.get(question);
      if (!answer) throw new PdpError('unavailable', 'The policy decision point left a question open.');
      return answer;
    });
  }

  /** Asks one question, and how it was answered. @throws PdpError */
  async explain(question: DecisionInput): Promise<PdpExplanation> {
    const [result] = await this.#check(question, [question], true);
    if (!result) throw new PdpError('unavailable', 'The policy decision point left a question open.');
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

  /** Such as `0.55.0`. @throws PdpError */
  async version(): Promise<string> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const { version } = await this.#client.serverInfo({ signal }).catch((cause: unknown) => {
      throw new PdpError('unavailable', DOES_NOT_ANSWER, { cause });
    });
    return version;
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
    const companion = this.#companion;
    if (!companion) return this.check(principal, resources, { includeMetadata });
    const results = await this.check(principal, [...resources, companion.check], { includeMetadata });
    companion.verify(results.at(-1));
    return results;
  }

  /** One call as it is, without a companion. @throws PdpError */
  async check(
    principal: Principal,
    resources: ResourceCheck[],
    { includeMetadata = false }: { includeMetadata?: boolean } = {},
  ): Promise<CheckResourcesResult[]> {
    const client = this.#client;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      const { results } = await client.checkResources({ principal, resources, includeMetadata }, { signal });
      return results;
    } catch (cause) {
      if (signal.aborted) this.#renew(client);
      if (cause instanceof NotOK && cause.code === Status.INVALID_ARGUMENT) {
        throw new PdpError('unreadable', 'The policy decision point cannot read these properties.', { cause });
      }
      throw new PdpError('unavailable', DOES_NOT_ANSWER, { cause });
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

const DOES_NOT_ANSWER = 'The policy decision point does not answer. Try again.';

function answerOf(result: CheckResourcesResult, action: string): PdpAnswer {
  const allowed = result.isAllowed(action) === true && result.validationErrors.length === 0;
  const held = allowed ? [] : result.outputs.flatMap(ruleOf).map(({ name }) => name);
  return {
    allowed,
    ...(held.length > 0 && { held }),
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
function asValues(properties: Attributes): Record<string, Value> {
  return properties as Record<string, Value>;
}
