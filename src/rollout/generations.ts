import type { Generation } from './generation.ts';

/** What was asked since the start, whichever bundle answered. */
export interface Asked {
  calls: number;
  questions: number;
  hits: number;
}

/** The generation that decides now, and those before it that still have something to finish. */
export class Generations {
  readonly #retiring = new Set<Generation>();
  readonly #past: Asked = { calls: 0, questions: 0, hits: 0 };
  #current: Generation;

  constructor(first: Generation) {
    this.#current = first;
  }

  /** What decides now. Whoever asks more than once takes it once, and says that it is in use. */
  get current(): Generation {
    return this.#current;
  }

  /** The hashes of all bundles that still decide something. */
  get inUse(): string[] {
    return [this.#current, ...this.#retiring].map(({ bundle }) => bundle.hash);
  }

  /** From now on another decides. What was begun on the old one ends on it. Resolves when the old one has ended. */
  async swap(next: Generation): Promise<void> {
    const old = this.#current;
    this.#current = next;
    this.#retiring.add(old);
    await old.retire().finally(() => {
      add(this.#past, asked(old));
      this.#retiring.delete(old);
    });
  }

  /** Asks nothing any more; what is under way fails. */
  close(): void {
    for (const { pdp } of [this.#current, ...this.#retiring]) pdp.close();
  }

  get asked(): Asked {
    const sum = { ...this.#past };
    for (const generation of [this.#current, ...this.#retiring]) add(sum, asked(generation));
    return sum;
  }
}

function asked({ pdp, memo }: Generation): Asked {
  return { ...pdp.asked, hits: memo.size.hits };
}

function add(sum: Asked, more: Asked): void {
  sum.calls += more.calls;
  sum.questions += more.questions;
  sum.hits += more.hits;
}
