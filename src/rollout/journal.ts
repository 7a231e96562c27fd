import type { Logger } from 'pino';
import type { BundleSource } from './bundle-store.ts';
import type { Bundle } from '../decision/bundle.ts';
import type { RefusedOver } from './refused.ts';

/** Where the bundle that decides came from; `CERBOS_TARGET`: a Cerbos that others run has it. */
export type PolicySource = BundleSource | 'CERBOS_TARGET';

/** A bundle that was refused. */
export interface Refusal {
  /** ISO time. */
  at: string;
  source: PolicySource;
  /** Its hash; null where it could not even be read. */
  policy: string | null;
  over: RefusedOver;
  message: string;
  /** It is still what POLICY_DIR holds, so that what decides is not what lies there. */
  standing: boolean;
}

/** Which bundle decides, and what became of others. */
export interface PolicyStatus {
  policy: string;
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

/** Counts and logs what happens to bundles. */
export class PolicyJournal {
  readonly #log: Logger;
  #swaps = 0;
  #refusals = 0;
  #last: Refusal | null = null;

  constructor(log: Logger) {
    this.#log = log;
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

  /** @param deciding the hash of the bundle that decides all the same */
  refused(refusal: Omit<Refusal, 'at'>, deciding: string): void {
    this.#refusals += 1;
    const { message } = refusal;
    const kept = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} ...` : message;
    this.#last = { at: new Date().toISOString(), ...refusal, message: kept };
    this.#log.error({ refusal: this.#last, deciding }, 'policy bundle rejected; previous stays active');
  }

  /** What was refused no longer lies in POLICY_DIR, or was passed over for another. */
  settle(): void {
    if (this.#last?.standing === true) this.#last = { ...this.#last, standing: false };
  }
}
