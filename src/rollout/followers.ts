import type { PolicyStatus } from './journal.ts';

/** A bundle that an embedded Cerbos has, as another process finds it. */
export interface FollowedBundle {
  hash: string;
  /** Where nobody edits it. */
  folder: string;
  /** Of that Cerbos, which has this bundle alone. */
  target: string;
}

/**
 * Other processes that decide by the same policies. A bundle is in force for all of them at once: first each of them is
 * ready for it, and a change is answered only when each of them decides by it.
 */
export interface Followers {
  /** Has each of them ready. @throws Error where one cannot be; then none will decide by it */
  prepare: (bundle: FollowedBundle) => Promise<void>;
  /** Resolves when each of them decides by it, and has what is told of it. */
  decide: (bundle: FollowedBundle, status: PolicyStatus) => Promise<void>;
  /** Resolves when none of them uses what has this target any more. */
  left: (target: string) => Promise<void>;
  /** Tells what has become of a bundle that does not decide. */
  tell: (status: PolicyStatus) => void;
}

/** The followers of a process that decides by itself. */
export const NO_FOLLOWERS: Followers = {
  prepare: async () => undefined,
  decide: async () => undefined,
  left: async () => undefined,
  tell: () => undefined,
};
