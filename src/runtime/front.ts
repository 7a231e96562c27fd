import type { Life } from './wiring.ts';

/** What answers requests: a server of this process's own, or workers. */
export interface Front {
  port: number;
  /** Tells where the service is in its life, where that is not known anyway. */
  tell: (life: Life) => Promise<void>;
  /** Takes requests for DRAIN_DELAY, then lets those under way finish; what takes longer than DRAIN_TIMEOUT is cut off. */
  drain: () => Promise<void>;
}
