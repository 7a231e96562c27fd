import type { Authorizer, ReadFresh } from '../domain/context.ts';
import { authorizerOf } from '../decision/authorizer.ts';
import type { Bundle } from '../decision/bundle.ts';
import { Decider } from '../decision/decide.ts';
import { Explainer } from '../decision/explain.ts';
import type { RecordDecision } from '../decision/decision-record.ts';
import type { FactLoader } from '../facts/loader.ts';
import type { Memo } from '../decision/memo.ts';
import type { Pdp } from '../decision/pdp.ts';
import { Search } from '../decision/search/search.ts';

/** What a generation is made of. */
export interface GenerationParts {
  bundle: Bundle;
  memo: Memo;
  pdp: Pdp;
  /** Ends what was started for it, once nobody uses it any more. */
  end: () => Promise<void>;
}

/** What every bundle decides on. */
export interface Ground {
  facts: FactLoader;
  /** What searches read from. */
  read: ReadFresh;
  /** Hears of every decision; null where nobody keeps them. */
  record: RecordDecision | null;
  /** The most that a memo holds, in bytes. */
  memoBytes: number;
}

/**
 * All that decides by one bundle. Whoever begins on a generation ends on it, so no answer is of two bundles, however
 * often they change meanwhile.
 */
export class Generation {
  readonly bundle: Bundle;
  readonly memo: Memo;
  readonly pdp: Pdp;
  readonly decider: Decider;
  readonly search: Search;
  readonly explainer: Explainer;
  readonly authorizer: Authorizer;
  readonly #end: () => Promise<void>;
  readonly #left = Promise.withResolvers<void>();
  #users = 0;
  #retired = false;

  constructor({ bundle, memo, pdp, end }: GenerationParts, { facts, read, record }: Ground) {
    this.bundle = bundle;
    this.memo = memo;
    this.pdp = pdp;
    this.decider = new Decider({ bundle, facts, memo, record });
    this.search = new Search({ bundle, decider: this.decider, read });
    this.explainer = new Explainer({ bundle, decider: this.decider, facts, memo, pdp });
    this.authorizer = authorizerOf(this.decider, this.search);
    this.#end = end;
  }

  /** Keeps it alive until the function that is returned is called, once. */
  use(): () => void {
    this.#users += 1;
    return () => {
      this.#users -= 1;
      if (this.#users === 0 && this.#retired) this.#left.resolve();
    };
  }

  /** Ends it as soon as nobody uses it. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#users > 0) await this.#left.promise;
    await this.#end();
  }
}
