import type { CheckResourcesResult, ResourceCheck } from '@cerbos/core';
import { CALL_SIZE } from '@sparkgate/cerbos-pdp/calls';
import { PdpClient, type PdpAnswer, type PdpExplanation } from '@sparkgate/cerbos-pdp/client';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { PdpError } from '@sparkgate/cerbos-pdp/pdp-error';
import { SparkgateError } from '../domain/errors.ts';
import { BUNDLE_KIND } from './bundle.ts';

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
  /** Where it is asked. */
  readonly target: string;
  readonly #client: PdpClient;

  /** @param target `host:port` or `unix:/path` */
  constructor(target: string, { timeoutMs, sentinel }: PdpOptions = {}) {
    this.target = target;
    this.#client = new PdpClient(target, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(sentinel && { companion: { check: WHICH_BUNDLE, verify: (result) => requireBundle(sentinel, result) } }),
    });
  }

  /** How many calls were made, and how many questions were in them. */
  get asked(): { calls: number; questions: number } {
    return this.#client.asked;
  }

  /** Asks all questions. @throws SparkgateError `unavailable`, or `invalid_request` */
  async ask(questions: readonly DecisionInput[]): Promise<PdpAnswer[]> {
    return this.#client.ask(questions).catch(inOwnTerms);
  }

  /** Asks one question, and how it was answered. @throws SparkgateError `unavailable`, or `invalid_request` */
  async explain(question: DecisionInput): Promise<PdpExplanation> {
    return this.#client.explain(question).catch(inOwnTerms);
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
