import type { FollowedBundle } from './followers.ts';
import type { PolicyStatus } from './journal.ts';
import type { Generations } from './generations.ts';
import type { RefusedOver } from './refused.ts';

/** What came of a change that was asked for. */
export interface PolicyChange {
  outcome: 'activated' | 'unchanged' | 'refused';
  /** What was wrong; null unless it was refused. */
  over: RefusedOver | null;
  message: string | null;
  /** What is to be looked at in the policies that decide now. */
  warnings: readonly string[];
  status: PolicyStatus;
}

/** Keeps the policies that decide, and puts others in their place. */
export interface PolicyService {
  readonly generations: Generations;
  readonly status: PolicyStatus;
  /** How other processes find what decides; null where each finds it by itself. */
  readonly followed: FollowedBundle | null;
  /** Takes what is there now: POLICY_DIR, or what the Cerbos that others run has loaded. */
  reload: () => Promise<PolicyChange>;
  /** Takes a folder, until POLICY_DIR changes or another is asked for. @throws Error where that cannot be */
  apply: (folder: string) => Promise<PolicyChange>;
  /** Takes the bundle before. @throws Error where there is none */
  rollback: () => Promise<PolicyChange>;
  /** Looks no more for changes. */
  close: () => void;
}
