import type { Logger } from 'pino';
import type { PolicySource } from './bundle-store.ts';
import type { Bundle } from '../decision/bundle.ts';
import type { Held, RecordStep } from './policy-trail.ts';
import type { RefusedOver } from './refused.ts';

/** A bundle that was refused. */
export interface Refusal {
  /** ISO time. */
  at: string;
  source: PolicySource;
  /** Its hash; null where it could not even be read. */
  policy: string | null;
  /** The hash of the suite that was to hold it; null = there was none. */
  suite: string | null;
  over: RefusedOver;
  message: string;
  /** It is still what POLICY_DIR holds, so that what decides is not what lies there. */
  standing: boolean;
}

/** Which bundle decides, and what became of others. */
export interface PolicyStatus {
  policy: string;
  /** The suite that holds it; null = none is known. */
  suite: string | null;
  /** Whether the trail says that it was admitted, or taken at a first start. */
  admitted: boolean;
  /** ISO time. */
  since: string;
  source: PolicySource;
  /** The bundle that a rollback would bring back; null = there is none. */
  previous: string | null;
  /** How often a bundle took the place of another, and how often one was refused, since the start. */
  swaps: number;
  refusals: number;
  last_refusal: Refusal | null;
}

/** Of a longer message this is kept, in characters; whoever asked for the change is told all of it. */
const LONGEST_MESSAGE = 4000;

/** Counts, logs and records what happens to bundles. */
export class PolicyJournal {
  readonly #log: Logger;
  readonly #trail: RecordStep | null;
  #swaps = 0;
  #refusals = 0;
  #last: Refusal | null = null;

  /** @param trail where refusals are recorded; null: nothing is refused here */
  constructor(log: Logger, trail: RecordStep | null) {
    this.#log = log;
    this.#trail = trail;
  }

  get counts(): Pick<PolicyStatus, 'swaps' | 'refusals' | 'last_refusal'> {
    return { swaps: this.#swaps, refusals: this.#refusals, last_refusal: this.#last };
  }

  swapped(change: { policy: string; previous: string; source: PolicySource; ms: number }): void {
    this.#swaps += 1;
    this.#log.info(change, 'policy bundle activated');
  }

  /** What is to be looked at in a bundle that decides all the same. */
  warned({ hash, warnings }: Bundle): void {
    for (const warning of warnings) this.#log.warn({ policy: hash }, warning);
  }

  /** @param deciding the bundle that decides all the same */
  async refused(refusal: Omit<Refusal, 'at'>, deciding: Held): Promise<void> {
    this.#refusals += 1;
    const { message } = refusal;
    const kept = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} ...` : message;
    this.#last = { at: new Date().toISOString(), ...refusal, message: kept };
    this.#log.error(
      { refusal: this.#last, deciding: deciding.policy },
      'policy bundle rejected; previous stays active',
    );
    const { source, policy, suite, over } = refusal;
    const step = { source, before: deciding, bundle: { policy, suite }, over, why: message } as const;
    await this.#trail?.({ event: 'policy.refused', ...step }).catch((error: unknown) => {
      this.#log.error({ err: error }, 'the refusal of a policy bundle could not be recorded');
    });
  }

  /** What was refused no longer lies in POLICY_DIR, or was passed over for another. */
  settle(): void {
    if (this.#last?.standing === true) this.#last = { ...this.#last, standing: false };
  }
}
