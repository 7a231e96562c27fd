import { LRUCache } from 'lru-cache';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import type { Projection } from '../../facts/kinds.ts';
import type { Sides } from './candidates.ts';
import type { Tier, Tiers } from './tier.ts';

/** Which candidates of a tier are allowed. SOME where it cannot be told without looking at each. */
export type Verdict = 'ALL' | 'SOME' | 'NONE';

/** The verdicts on the tiers from the nearest on, which is always looked at, and on what is left of the type. */
export interface Verdicts {
  tiers: readonly Verdict[];
  rest: Verdict;
}

/** Decides tiers as a whole: on every vector that one of their candidates can have. */
export class TierVerdicts {
  readonly #decider: Decider;
  /** By all that they hang on: a hundred decisions that are the same for everybody like this one. */
  readonly #known = new LRUCache<string, Verdicts>({ max: 10_000 });

  constructor(decider: Decider) {
    this.#decider = decider;
  }

  /** `unrelated` is the projection of an id that cannot exist, which shows what all candidates share. */
  async of(tiers: Tiers, sides: Sides, check: Check, unrelated: Projection): Promise<Verdicts> {
    if (!this.#decider.answersLast) return this.#decide(tiers, check, unrelated);
    const { moving, type, fixed, properties } = sides;
    const named = properties.bc_id != null;
    const key = canonicalJson([check.action.name, check.subject.type, moving, type, fixed.type, named, unrelated]);
    const before = this.#known.get(key);
    if (before) return before;
    const verdicts = await this.#decide(tiers, check, unrelated);
    this.#known.set(key, verdicts);
    return verdicts;
  }

  async #decide({ outer, rest }: Tiers, check: Check, unrelated: Projection): Promise<Verdicts> {
    const verdict = async (vectors: Tier['vectors']): Promise<Verdict> => {
      const all = vectors(unrelated, this.#decider.told(check));
      if (all === null) return 'SOME';
      const allowed = await this.#decider.allowedOn(check, all);
      if (!allowed.includes(true)) return 'NONE';
      return allowed.includes(false) ? 'SOME' : 'ALL';
    };
    const [left, ...further] = await Promise.all([verdict(rest), ...outer.map(async (tier) => verdict(tier.vectors))]);
    return { tiers: ['SOME', ...further], rest: left };
  }
}
