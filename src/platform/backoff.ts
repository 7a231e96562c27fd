const FIRST_MS = 100;
const LONGEST_MS = 10_000;
const HEALTHY_AFTER_MS = 30_000;

/** How long to wait before the next start: doubles with each death, begins anew after a long life. */
export class Backoff {
  #nextMs = FIRST_MS;

  /** @param livedMs how long the process lived that has just died */
  delayAfter(livedMs: number): number {
    if (livedMs >= HEALTHY_AFTER_MS) this.#nextMs = FIRST_MS;
    const delay = this.#nextMs;
    this.#nextMs = Math.min(delay * 2, LONGEST_MS);
    return delay;
  }
}
