/** How the policy commands end. The lowest three are those of `cerbos compile`. */
export const EXIT = {
  fine: 0,
  cannotRun: 1,
  doesNotCompile: 3,
  testFails: 4,
  invariantViolated: 5,
  notCovered: 6,
  mutantSurvives: 7,
  someoneGains: 10,
  someoneLoses: 11,
  denied: 2,
  replayDiffers: 12,
  recordUnreadable: 13,
} as const;
