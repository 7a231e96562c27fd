/** Thrown where one more question would go over the budget. */
export class OverBudget extends Error {
  override name = 'OverBudget';
}

/** Questions that one request may put to the policies to find reasons, beyond those that are remembered. */
const MOST_ASKS = 10_000;

/** How many more questions may be put to the policies to find the reasons of denials. */
export class AskBudget {
  #left: number;

  constructor(most = MOST_ASKS) {
    this.#left = most;
  }

  /** @throws OverBudget */
  take(): void {
    if (this.#left === 0) throw new OverBudget();
    this.#left -= 1;
  }
}
