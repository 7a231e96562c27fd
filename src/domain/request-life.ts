import { SparkgateError } from './errors.ts';

/**
 * Whether anybody still waits for what a request does. What ended, by its time-out, its caller or the service, takes its
 * work with it: a write is dropped or rolled back, unless its commit was under way, which is waited for.
 */
export class RequestLife {
  #ended: SparkgateError | null = null;
  #committing = false;

  /** Whether a commit is under way, whose outcome has to be waited for. */
  get committing(): boolean {
    return this.#committing;
  }

  /** From now on nothing more is begun for this request. */
  end(why: SparkgateError): void {
    this.#ended ??= why;
  }

  /** @throws SparkgateError why the request has ended */
  requireOpen(): void {
    if (this.#ended) throw this.#ended;
  }

  /** Waits for a commit, and what belongs to it. */
  async settle<T>(commit: Promise<T>): Promise<T> {
    this.#committing = true;
    try {
      return await commit;
    } finally {
      this.#committing = false;
    }
  }
}
