import pLimit from 'p-limit';
import type { BundleRecord } from './bundle-store.ts';
import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { requireCompiled } from './compiled.ts';
import { watchState } from '../platform/watch-state.ts';
import type { Admitted, Suite } from './admission.ts';
import { admittedOf, candidateOf, firstGeneration, heldBy, isUnseen, type EmbeddedParts } from './first-generation.ts';
import type { FollowedBundle } from './followers.ts';
import type { Generation } from './generation.ts';
import { readOffered, stateOf, type Offer, type Offered } from './offered.ts';
import { PolicyJournal, type PolicyStatus } from './journal.ts';
import { Generations } from './generations.ts';
import type { PolicyChange, PolicyService } from './policy-service.ts';
import { probe, warm } from './probe.ts';
import { PoliciesRefused } from './refused.ts';

/** Keeps the bundle that an embedded Cerbos decides by, and exchanges it for another as a whole, or not at all. */
export class EmbeddedPolicies implements PolicyService {
  readonly generations: Generations;
  readonly #parts: EmbeddedParts;
  readonly #journal: PolicyJournal;
  readonly #oneByOne = pLimit(1);
  readonly #unwatch: () => void;
  #closed = false;
  #record: BundleRecord;
  /** What was found in the bundle that decides, when it was admitted. */
  #findings: readonly string[] = [];

  /** Starts on POLICY_DIR, or on the last good bundle where that must not decide. @throws PlatformError */
  static async start(parts: EmbeddedParts): Promise<EmbeddedPolicies> {
    const journal = new PolicyJournal(parts.log, parts.trail);
    // Taken first: a change while it is read is a change afterwards.
    const state = await stateOf(parts);
    const { generation, record } = await firstGeneration(parts, journal);
    journal.warned(generation.bundle);
    return new EmbeddedPolicies(parts, journal, { generation, record, state });
  }

  private constructor(
    parts: EmbeddedParts,
    journal: PolicyJournal,
    first: { generation: Generation; record: BundleRecord; state: string },
  ) {
    this.#parts = parts;
    this.#journal = journal;
    this.#record = first.record;
    this.generations = new Generations(first.generation);
    this.#unwatch = watchState(first.state, {
      state: async () => stateOf(parts),
      changed: async () =>
        this.#oneByOne(async () => this.#takePolicyDir(false)).catch((error: unknown) => this.#warn(error)),
    });
  }

  get status(): PolicyStatus {
    const { current, since, source, previous, suite } = this.#record;
    return { policy: current, suite, since, source, previous, admitted: true, ...this.#journal.counts };
  }

  get followed(): FollowedBundle {
    return this.#followedAs(this.generations.current);
  }

  async reload(): Promise<PolicyChange> {
    return this.#oneByOne(async () => this.#takePolicyDir(true));
  }

  async apply(folder: string): Promise<PolicyChange> {
    return this.#oneByOne(async () => this.#take({ folder, source: 'apply' }));
  }

  async rollback(): Promise<PolicyChange> {
    return this.#oneByOne(async () => {
      const { previous } = this.#record;
      if (previous === null || !(await this.#parts.store.has(previous))) {
        throw new Error('There is no bundle to go back to.');
      }
      return this.#take({ folder: this.#parts.store.folderOf(previous), source: 'rollback' });
    });
  }

  close(): void {
    this.#closed = true;
    this.#unwatch();
  }

  /** @param explicit also where POLICY_DIR is as it was when another bundle was taken instead */
  async #takePolicyDir(explicit: boolean): Promise<PolicyChange> {
    const folder = this.#parts.policyDir;
    const found = explicit ? null : await readOffered(folder, this.#parts).catch(() => null);
    if (found && !isUnseen(found, this.#record)) {
      this.#journal.settle();
      return this.#outcome('unchanged');
    }
    return this.#take({ folder, source: 'POLICY_DIR' });
  }

  async #take(offer: Offer): Promise<PolicyChange> {
    const { source, folder } = offer;
    let found: Offered | null = null;
    try {
      found = source === 'rollback' ? await this.#before(folder) : await readOffered(folder, this.#parts);
      const seen = source === 'POLICY_DIR' ? seenIn(found) : await this.#seenNow();
      const { current, suite } = this.#record;
      if (found.policies.hash !== current) return await this.#change(found, offer, seen);
      if (found.suite?.hash !== (suite ?? undefined)) await this.#holdBy(found, source);
      const own = { source: source === 'rollback' ? this.#record.source : source, suite: found.suite?.hash ?? null };
      this.#record = { ...this.#record, ...own, ...seen };
      await this.#parts.store.write(this.#record);
      this.#journal.settle();
      return this.#outcome('unchanged');
    } catch (error) {
      // What was cut off by the end of the service says nothing about the policies.
      if (this.#closed) throw error;
      const over = error instanceof PoliciesRefused ? error.over : 'start';
      const hashes = { policy: found?.policies.hash ?? null, suite: found?.suite?.hash ?? null };
      const about = { source, ...hashes, over, message: messageOf(error), standing: source === 'POLICY_DIR' };
      await this.#journal.refused(about, heldBy(this.#record));
      await this.#sweep();
      return { ...this.#outcome('refused'), over, message: about.message };
    }
  }

  /** The bundle before, with the suite that held it: neither is as somebody edited it since. */
  async #before(folder: string): Promise<Offered> {
    const suite = await this.#parts.store.suite(this.#record.previousSuite);
    return { policies: await readPolicyFolder(folder), suite: suite && { hash: suite.hash, files: new Map() } };
  }

  /** Other tests for the bundle that decides: from now on they hold it, if they do. */
  async #holdBy({ policies, suite }: Offered, source: Offer['source']): Promise<void> {
    const { store, trail } = this.#parts;
    const admitted = await this.#admit(await store.keep(policies), suite && (await store.keepSuite(suite)));
    const bundle = { policy: policies.hash, suite: suite?.hash ?? null };
    await trail({ event: 'policy.admitted', source, before: heldBy(this.#record), bundle, admitted });
  }

  async #admit(policyDir: string, suite: Suite | null): Promise<Admitted> {
    const { admit, store, log } = this.#parts;
    const admitted = await admit({ policyDir, suite, before: await store.suite(this.#record.suite) });
    for (const finding of admitted.findings) log.warn({ suite: suite?.hash ?? null }, finding);
    return admitted;
  }

  async #change(found: Offered, { folder, source }: Offer, seen: Seen): Promise<PolicyChange> {
    const { store, begin, followers } = this.#parts;
    const startedAt = performance.now();
    const own = await store.keep(found.policies);
    // What has been live was admitted then, and going back to it must not depend on what was asked of others since.
    const isAdmitted = source === 'rollback';
    if (!isAdmitted) await requireCompiled(own);
    const bundle = isAdmitted ? admittedOf(found.policies, folder) : candidateOf(found.policies, folder);
    const next = await begin(bundle, own);
    const { current } = this.generations;
    const record: BundleRecord = {
      current: bundle.hash,
      previous: this.#record.current,
      source,
      since: new Date().toISOString(),
      suite: found.suite?.hash ?? null,
      previousSuite: this.#record.suite,
      ...seen,
    };
    try {
      await probe(next.pdp, bundle);
      const admitted = isAdmitted ? null : await this.#admit(own, found.suite && (await store.keepSuite(found.suite)));
      await warm(next.memo, bundle, current.memo);
      await followers.prepare(this.#followedAs(next));
      await this.#tell(record, admitted);
      await store.write(record);
      this.#findings = admitted?.findings ?? [];
    } catch (error) {
      await next.retire();
      throw error;
    }
    this.#record = record;
    const ended = this.generations.swap(next);
    this.#journal.settle();
    const ms = Math.round(performance.now() - startedAt);
    this.#journal.swapped({ policy: bundle.hash, previous: record.previous ?? '', source, ms });
    this.#journal.warned(bundle);
    await followers.decide(this.followed, this.status);
    // In its turn: what is put away must not be what the next change has just laid down.
    void ended.catch((error: unknown) => this.#warn(error)).then(async () => this.#oneByOne(async () => this.#sweep()));
    return this.#outcome('activated');
  }

  #followedAs({ bundle: { hash }, pdp: { target } }: Generation): FollowedBundle {
    return { hash, folder: this.#parts.store.folderOf(hash), target };
  }

  /** What is not in the trail does not decide. */
  async #tell(record: BundleRecord, admitted: Admitted | null): Promise<void> {
    const about = { source: record.source, before: heldBy(this.#record), bundle: heldBy(record) };
    const step = admitted
      ? { event: 'policy.admitted' as const, ...about, admitted }
      : { event: 'policy.rolled_back' as const, ...about };
    await this.#parts.trail(step).catch((cause: unknown) => {
      throw new Error(`The audit trail cannot be written: ${messageOf(cause)}`, { cause });
    });
  }

  async #seenNow(): Promise<Seen> {
    const { seen, seenSuite } = this.#record;
    return readOffered(this.#parts.policyDir, this.#parts).then(seenIn, () => ({ seen, seenSuite }));
  }

  async #sweep(): Promise<void> {
    const { current, previous } = this.#record;
    const needed = new Set([current, ...this.generations.inUse, ...(previous === null ? [] : [previous])]);
    await this.#parts.store.sweep(needed, this.#record).catch((error: unknown) => this.#warn(error));
  }

  /** What is left over does no harm: it is looked for again at the next change. */
  #warn(error: unknown): void {
    if (!this.#closed) this.#parts.log.warn({ err: error }, 'old policies could not be put away');
  }

  #outcome(outcome: PolicyChange['outcome']): PolicyChange {
    const warnings = [...this.generations.current.bundle.warnings, ...this.#findings];
    this.#parts.followers.tell(this.status);
    return { outcome, over: null, message: null, warnings, status: this.status };
  }
}

type Seen = Pick<BundleRecord, 'seen' | 'seenSuite'>;

const seenIn = ({ policies, suite }: Offered): Seen => ({ seen: policies.hash, seenSuite: suite?.hash ?? null });

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
