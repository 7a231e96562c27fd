/** How the commands end. 0, 3 and 4 are those of `cerbos compile`. */
export const EXIT = {
  fine: 0,
  cannotRun: 1,
  doesNotCompile: 3,
  testFails: 4,
  invariantViolated: 5,
  notCovered: 6,
  mutantSurvives: 7,
  /** Nothing was found against an invariant, and yet it is not shown to hold, or there is nothing that it speaks of. */
  invariantDoubtful: 8,
} as const;
