import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { folderState } from '@sparkgate/cerbos-policies/policy-folder';
import { watchState } from '../platform/watch-state.ts';
import type { KindPolicy } from '@sparkgate/cerbos-policies/kinds';
import { isLasting, readBundle, type Bundle } from '../decision/bundle.ts';
import { Memo } from '../decision/memo.ts';
import { Pdp } from '../decision/pdp.ts';
import { Generation, type Ground } from './generation.ts';
import { PolicyJournal, type PolicyStatus } from './journal.ts';
import { Generations } from './generations.ts';
import type { PolicyChange, PolicyService } from './policy-service.ts';

/** How long an answer of a PDP that others run is held: its policies may change without our hearing (milliseconds). */
const ANSWERS_HOLD = 1000;

/** How often it is asked which bundle it has, in milliseconds. */
const ASKED_EVERY = 400;

/** What deciding by the PDP of others takes. */
export interface ExternalParts extends Ground {
  /** `host:port` or `unix:/path` */
  target: string;
  /** How long one call of it may take, in milliseconds. */
  timeoutMs: number;
  /** Where the names in the policies are read, which the PDP does not tell. */
  policyDir: string;
  /** Whether the trail says that a bundle was admitted. */
  isAdmitted: (policy: string) => Promise<boolean>;
  log: Logger;
}

/** What is known of the PDP: the bundle that it told of, whether that was admitted, and the one that lies in POLICY_DIR. */
interface Known {
  told: string | null;
  isAdmitted: boolean;
  local: Bundle;
}

/**
 * Follows the bundle of a PDP that others run, which is learnt from its answers. Where it tells none, answers are held
 * for a second, and POLICY_DIR is believed to be what it has. What is remembered of a bundle that was never admitted is
 * not confirmed: every question is asked anew.
 */
export class ExternalPolicies implements PolicyService {
  readonly generations: Generations;
  /** Every process asks that PDP itself. */
  readonly followed = null;
  readonly #parts: ExternalParts;
  readonly #journal: PolicyJournal;
  readonly #unwatch: () => void;
  #known: Known;
  #since = new Date().toISOString();
  /** Until when what is remembered is known to be of the bundle that the PDP has, by the clock of `performance`. */
  #confirmedUntil = 0;

  static async start(parts: ExternalParts, local: Bundle): Promise<ExternalPolicies> {
    const pdp = new Pdp(parts.target, { timeoutMs: parts.timeoutMs });
    try {
      const told = await pdp.identify().catch(() => null);
      const isAdmitted = await parts.isAdmitted(told ?? local.hash);
      return new ExternalPolicies(parts, { local, told, isAdmitted }, await folderState(parts.policyDir));
    } finally {
      pdp.close();
    }
  }

  private constructor(parts: ExternalParts, known: Known, state: string) {
    this.#parts = parts;
    this.#known = known;
    this.#journal = new PolicyJournal(parts.log, null);
    this.#warnOfStranger();
    this.#warnOfUnadmitted();
    this.#journal.warned(known.local);
    this.generations = new Generations(this.#generation());
    this.#unwatch = this.#watch(state);
    this.#confirm();
  }

  get status(): PolicyStatus {
    const policy = this.generations.current.bundle.hash;
    const { isAdmitted: admitted } = this.#known;
    const about = {
      policy,
      suite: null,
      admitted,
      since: this.#since,
      source: 'CERBOS_TARGET',
      previous: null,
    } as const;
    return { ...about, ...this.#journal.counts };
  }

  async reload(): Promise<PolicyChange> {
    const before = this.generations.current;
    await this.#look();
    const outcome = this.generations.current === before ? 'unchanged' : 'activated';
    const { warnings } = this.generations.current.bundle;
    return { outcome, over: null, message: null, warnings, status: this.status };
  }

  async apply(): Promise<PolicyChange> {
    throw new Error('The Cerbos at CERBOS_TARGET loads its policies itself: change them there.');
  }

  async rollback(): Promise<PolicyChange> {
    return this.apply();
  }

  close(): void {
    this.#unwatch();
  }

  /** Asks the PDP over and over, and reads POLICY_DIR when it has changed. */
  #watch(state: string): () => void {
    const stopping = new AbortController();
    const pause = async () => delay(ASKED_EVERY, true, { ref: false, signal: stopping.signal }).catch(() => false);
    const ask = async (): Promise<void> => {
      while (await pause()) await this.#look().catch(() => undefined);
    };
    void ask();
    const unwatch = watchState(state, {
      state: async () => folderState(this.#parts.policyDir),
      changed: async () => {
        const local = await readBundle(this.#parts.policyDir).catch(() => this.#known.local);
        if (local.hash === this.#known.local.hash) return;
        this.#journal.warned(local);
        this.#adopt({ told: this.#known.told, local });
      },
    });
    return () => {
      stopping.abort();
      unwatch();
    };
  }

  /** @throws SparkgateError `unavailable`; then nothing is known, and what is remembered is not used for long */
  async #look(): Promise<void> {
    const told = await this.generations.current.pdp.identify();
    if (told !== this.#known.told) this.#adopt({ local: this.#known.local, told });
    this.#confirm();
    await this.#lookForAdmission();
  }

  /** A record that comes later counts from then on. */
  async #lookForAdmission(): Promise<void> {
    const known = this.#known;
    if (known.isAdmitted || !(await this.#parts.isAdmitted(known.told ?? known.local.hash))) return;
    if (this.#known === known) this.#known = { ...known, isAdmitted: true };
  }

  #adopt(known: Omit<Known, 'isAdmitted'>): void {
    const previous = this.generations.current.bundle.hash;
    this.#known = { ...known, isAdmitted: false };
    this.#warnOfStranger();
    void this.#lookForAdmission().then(
      () => this.#warnOfUnadmitted(),
      () => undefined,
    );
    const next = this.#generation();
    void this.generations.swap(next);
    this.#since = new Date().toISOString();
    this.#journal.swapped({ policy: next.bundle.hash, previous, source: 'CERBOS_TARGET', ms: 0 });
  }

  #confirm(): void {
    this.#confirmedUntil = performance.now() + ANSWERS_HOLD;
  }

  #generation(): Generation {
    const { told, local } = this.#known;
    const bundle =
      told === null || told === local.hash ? local : { ...local, hash: told, kinds: unknownText(local.kinds) };
    const heard = (it: string | null): void => {
      if (this.#known.told !== told) return;
      if (it === told) this.#confirm();
      else this.#adopt({ told: it, local: this.#known.local });
    };
    const { target, timeoutMs } = this.#parts;
    const pdp = new Pdp(target, { timeoutMs, ...(told !== null && { sentinel: { bundle: told, heard } }) });
    const memo = new Memo(pdp, {
      bundleHash: bundle.hash,
      holdsFor: told === null ? ANSWERS_HOLD : null,
      remembers: (it) => isLasting(bundle, it),
      mostBytes: this.#parts.memoBytes,
      ...(told !== null && { confirmed: () => this.#isConfirmed(told) }),
    });
    return new Generation({ bundle, memo, pdp, end: async () => pdp.close() }, this.#parts);
  }

  #isConfirmed(told: string): boolean {
    return this.#known.told === told && this.#known.isAdmitted && performance.now() < this.#confirmedUntil;
  }

  #warnOfUnadmitted(): void {
    const { told, local, isAdmitted } = this.#known;
    if (isAdmitted) return;
    const policy = told ?? local.hash;
    this.#parts.log.warn(
      { policy },
      'no record says that this policy bundle was admitted: every question is asked anew',
    );
  }

  #warnOfStranger(): void {
    const { told, local } = this.#known;
    if (told === null || told === local.hash) return;
    const message = 'the Cerbos at CERBOS_TARGET has other policies than POLICY_DIR: every question is asked anew';
    this.#parts.log.warn({ cerbos: told, policy_dir: local.hash }, message);
  }
}

/** Of policies whose text is not here, anything may depend on ids and on the time, and be about any type of subject. */
function unknownText(kinds: Bundle['kinds']): Map<string, KindPolicy> {
  const unknown = { mentionsIds: true, mentionsTime: true, allowsAnyType: true };
  return new Map([...kinds].map(([kind, policy]) => [kind, { ...policy, ...unknown }]));
}
