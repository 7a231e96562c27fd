import { readPolicyFolder } from '@sparkgate/cerbos-policies/policy-folder';
import { isLasting, type Bundle } from '../decision/bundle.ts';
import { Memo } from '../decision/memo.ts';
import { Pdp } from '../decision/pdp.ts';
import { admittedOf } from './first-generation.ts';
import type { FollowedBundle } from './followers.ts';
import { Generation, type Ground } from './generation.ts';
import { Generations } from './generations.ts';
import type { PolicyStatus } from './journal.ts';
import type { PolicyChange, PolicyService } from './policy-service.ts';
import { probe, warm } from './probe.ts';

/** What deciding by what another process keeps takes. */
export interface FollowedParts extends Ground {
  /** How long one call of the PDP may take, in milliseconds. */
  timeoutMs: number;
}

/** A generation, and what tells that nobody uses it any more. */
interface Followed {
  generation: Generation;
  left: Promise<void>;
  /** It decides, or has; otherwise it is only ready to. */
  decided: boolean;
}

/** Decides by the bundles that another process admits, keeps, and runs a Cerbos for. */
export class FollowedPolicies implements PolicyService {
  readonly generations: Generations;
  readonly followed = null;
  readonly #parts: FollowedParts;
  readonly #kept: Map<string, Followed>;
  #status: PolicyStatus;

  /** @throws Error where the bundle cannot be decided by */
  static async start(parts: FollowedParts, first: FollowedBundle, status: PolicyStatus): Promise<FollowedPolicies> {
    return new FollowedPolicies(parts, first.target, await begin(parts, first), status);
  }

  private constructor(parts: FollowedParts, target: string, first: Followed, status: PolicyStatus) {
    this.#parts = parts;
    this.#status = status;
    this.#kept = new Map([[target, { ...first, decided: true }]]);
    this.generations = new Generations(first.generation);
  }

  get status(): PolicyStatus {
    return this.#status;
  }

  /** Gets ready to decide by a bundle. @throws Error where it cannot be decided by */
  async prepare(bundle: FollowedBundle): Promise<void> {
    const next = await begin(this.#parts, bundle);
    await warm(next.generation.memo, next.generation.bundle, this.generations.current.memo);
    this.#kept.set(bundle.target, next);
  }

  /** From now on that bundle decides. */
  async decide(bundle: FollowedBundle, status: PolicyStatus): Promise<void> {
    if (!this.#kept.has(bundle.target)) await this.prepare(bundle);
    const next = this.#kept.get(bundle.target);
    if (!next) throw new Error('a bundle was left before it decided');
    this.#status = status;
    if (next.decided) return;
    next.decided = true;
    void this.generations.swap(next.generation);
  }

  /** Resolves when nothing uses what has this target any more; what was only prepared is put away. */
  async left(target: string): Promise<void> {
    const it = this.#kept.get(target);
    if (!it) return;
    if (!it.decided) void it.generation.retire();
    await it.left;
    this.#kept.delete(target);
  }

  tell(status: PolicyStatus): void {
    this.#status = status;
  }

  async reload(): Promise<PolicyChange> {
    throw new Error('Policies are exchanged by the process that keeps them.');
  }

  async apply(): Promise<PolicyChange> {
    return this.reload();
  }

  async rollback(): Promise<PolicyChange> {
    return this.reload();
  }

  close(): void {
    // Nothing is watched here.
  }
}

async function begin(parts: FollowedParts, { folder, target }: FollowedBundle): Promise<Followed> {
  const bundle: Bundle = admittedOf(await readPolicyFolder(folder), folder);
  const pdp = new Pdp(target, { timeoutMs: parts.timeoutMs });
  const memo = new Memo(pdp, {
    bundleHash: bundle.hash,
    holdsFor: null,
    remembers: (it) => isLasting(bundle, it),
    mostBytes: parts.memoBytes,
  });
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const end = async (): Promise<void> => {
    pdp.close();
    resolve();
  };
  const generation = new Generation({ bundle, memo, pdp, end }, parts);
  try {
    await probe(pdp, bundle);
  } catch (error) {
    await generation.retire();
    throw error;
  }
  return { generation, left, decided: false };
}
