import { EXIT as WORKBENCH } from '@sparkgate/policy-workbench/cli/exit-codes';

/** How the policy commands end: as those of the workbench do, and by these. */
export const EXIT = {
  ...WORKBENCH,
  /** Of `explain`, as of `sparkgate check`. */
  denied: 2,
  someoneGains: 10,
  someoneLoses: 11,
  replayDiffers: 12,
  recordUnreadable: 13,
  /** Something becomes allowed, and nobody who is there meets it today. */
  widens: 14,
} as const;
