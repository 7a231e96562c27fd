/** How the commands end. 0, 3 and 4 are those of `cerbos compile`. */
export const EXIT = {
  fine: 0,
  /** Broken input: what is asked cannot be read, and nothing is said of the policies. */
  cannotRun: 1,
  doesNotCompile: 3,
  testFails: 4,
  invariantViolated: 5,
  notCovered: 6,
  mutantSurvives: 7,
  /** Nothing was found against an invariant, and yet it is not shown to hold, or there is nothing that it speaks of. */
  invariantDoubtful: 8,
  /** Nothing wrong was found, and not all could be looked at. */
  cannotTell: 9,
  /** The host's own commands end with what is between. */
  lintFinds: 15,
} as const;
