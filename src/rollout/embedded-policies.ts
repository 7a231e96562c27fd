import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { BundleRecord } from './bundle-store.ts';
import { folderState, readPolicyFolder, type PolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { watchState } from '../platform/watch-state.ts';
import { testsFor } from './admission.ts';
import { admittedOf, candidateOf, firstGeneration, type EmbeddedParts, type Offer } from './first-generation.ts';
import type { FollowedBundle } from './followers.ts';
import type { Generation } from './generation.ts';
import { PolicyJournal, type PolicyStatus } from './journal.ts';
import { Generations } from './generations.ts';
import type { PolicyChange, PolicyService } from './policy-service.ts';
import { probe, warm } from './probe.ts';
import { PoliciesRefused } from './refused.ts';

/** A folder that is being written is read again after so many milliseconds, and so often. */
const UNSETTLED_MS = 100;
const PATIENCE = 50;

/** Keeps the bundle that an embedded Cerbos decides by, and exchanges it for another as a whole, or not at all. */
export class EmbeddedPolicies implements PolicyService {
  readonly generations: Generations;
  readonly #parts: EmbeddedParts;
  readonly #journal: PolicyJournal;
  readonly #oneByOne = pLimit(1);
  readonly #unwatch: () => void;
  #closed = false;
  #record: BundleRecord;

  /** Starts on POLICY_DIR, or on the last good bundle where that must not decide. @throws PlatformError */
  static async start(parts: EmbeddedParts): Promise<EmbeddedPolicies> {
    const journal = new PolicyJournal(parts.log);
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
    const { current, since, source, previous } = this.#record;
    return { policy: current, since, source, previous, ...this.#journal.counts };
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
    const found = explicit ? null : await settled(folder).catch(() => null);
    if (found?.hash !== undefined && found.hash === this.#record.seen) {
      this.#journal.settle();
      return this.#outcome('unchanged');
    }
    return this.#take({ folder, source: 'POLICY_DIR' });
  }

  async #take({ folder, source }: Offer): Promise<PolicyChange> {
    let found: PolicyFolder | null = null;
    try {
      found = await settled(folder).catch((cause: unknown) => {
        throw new PoliciesRefused('folder', messageOf(cause), { cause });
      });
      const seen = source === 'POLICY_DIR' ? found.hash : await this.#hashOfPolicyDir();
      if (found.hash !== this.generations.current.bundle.hash)
        return await this.#change(found, { folder, source, seen });
      this.#record = { ...this.#record, source: source === 'rollback' ? this.#record.source : source, seen };
      await this.#parts.store.write(this.#record);
      this.#journal.settle();
      return this.#outcome('unchanged');
    } catch (error) {
      // What was cut off by the end of the service says nothing about the policies.
      if (this.#closed) throw error;
      const over = error instanceof PoliciesRefused ? error.over : 'start';
      const policy = found?.hash ?? null;
      const about = { source, policy, over, message: messageOf(error), standing: source === 'POLICY_DIR' };
      this.#journal.refused(about, this.#record.current);
      await this.#sweep();
      return { ...this.#outcome('refused'), over, message: about.message };
    }
  }

  async #change(found: PolicyFolder, { folder, source, seen }: Offer & { seen: string | null }): Promise<PolicyChange> {
    const { store, begin, testsDir, admit, followers } = this.#parts;
    const startedAt = performance.now();
    const own = await store.keep(found);
    // What has been live was admitted then, and going back to it must not depend on tests that were edited since.
    if (source !== 'rollback') await admit(own, await testsOf(folder, this.#parts.policyDir, testsDir));
    const bundle = source === 'rollback' ? admittedOf(found, folder) : candidateOf(found, folder);
    const next = await begin(bundle, own);
    const { current } = this.generations;
    const record = {
      current: bundle.hash,
      previous: current.bundle.hash,
      source,
      since: new Date().toISOString(),
      seen,
    };
    try {
      await probe(next.pdp, bundle);
      await warm(next.memo, bundle, current.memo);
      await followers.prepare(this.#followedAs(next));
      await store.write(record);
    } catch (error) {
      await next.retire();
      throw error;
    }
    this.#record = record;
    const ended = this.generations.swap(next);
    this.#journal.settle();
    const ms = Math.round(performance.now() - startedAt);
    this.#journal.swapped({ policy: bundle.hash, previous: record.previous, source, ms });
    this.#journal.warned(bundle);
    await followers.decide(this.followed, this.status);
    // In its turn: what is put away must not be what the next change has just laid down.
    void ended.catch((error: unknown) => this.#warn(error)).then(async () => this.#oneByOne(async () => this.#sweep()));
    return this.#outcome('activated');
  }

  #followedAs({ bundle: { hash }, pdp: { target } }: Generation): FollowedBundle {
    return { hash, folder: this.#parts.store.folderOf(hash), target };
  }

  async #hashOfPolicyDir(): Promise<string | null> {
    return readPolicyFolder(this.#parts.policyDir).then(
      ({ hash }) => hash,
      () => this.#record.seen,
    );
  }

  async #sweep(): Promise<void> {
    const { current, previous } = this.#record;
    const needed = new Set([current, ...this.generations.inUse, ...(previous === null ? [] : [previous])]);
    await this.#parts.store.sweep(needed).catch((error: unknown) => this.#warn(error));
  }

  /** What is left over does no harm: it is looked for again at the next change. */
  #warn(error: unknown): void {
    if (!this.#closed) this.#parts.log.warn({ err: error }, 'old policies could not be put away');
  }

  #outcome(outcome: PolicyChange['outcome']): PolicyChange {
    const { warnings } = this.generations.current.bundle;
    this.#parts.followers.tell(this.status);
    return { outcome, over: null, message: null, warnings, status: this.status };
  }
}

/** The policies and their tests: what was refused over its tests is looked at again when those change. */
async function stateOf({ policyDir, testsDir }: EmbeddedParts): Promise<string> {
  const tests = await testsFor(policyDir, testsDir).catch(() => null);
  return [await folderState(policyDir), tests === null ? '' : await folderState(tests)].join('\n\n');
}

/** The tests beside a folder that is applied count for it; without any, those of POLICY_DIR do. */
async function testsOf(folder: string, policyDir: string, configured: string | null): Promise<string | null> {
  return (await testsFor(folder, null)) ?? testsFor(policyDir, configured);
}

/** Reads a folder that nobody is writing to right now. */
async function settled(folder: string): Promise<PolicyFolder> {
  for (let round = 0; ; round += 1) {
    const before = await folderState(folder);
    const found = await readPolicyFolder(folder).catch((error: unknown) => {
      if (round >= PATIENCE || !hasVanished(error, folder)) throw error;
      return null;
    });
    if (found && ((await folderState(folder)) === before || round >= PATIENCE)) return found;
    await delay(UNSETTLED_MS);
  }
}

/** A file was there a moment ago. */
function hasVanished(error: unknown, folder: string): boolean {
  const { code, path } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && path !== folder;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
