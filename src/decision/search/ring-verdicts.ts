import { LRUCache } from 'lru-cache';
import type { Check } from '../check.ts';
import type { Decider } from '../decide.ts';
import { canonicalJson } from '@sparkgate/cerbos-pdp/canonical-json';
import type { Projection } from '../project.ts';
import type { Sides } from './candidates.ts';
import type { Ring, Rings } from './rings.ts';

/** Which candidates of a ring are allowed. SOME where it cannot be told without looking at each. */
export type Verdict = 'ALL' | 'SOME' | 'NONE';

/** The verdicts on the rings from the nearest on, which is always looked at, and on what is left of the type. */
export interface Verdicts {
  rings: readonly Verdict[];
  rest: Verdict;
}

/** Decides rings as a whole: on every vector that one of their candidates can have. */
export class RingVerdicts {
  readonly #decider: Decider;
  /** By all that they hang on: a hundred decisions that are the same for everybody like this one. */
  readonly #known = new LRUCache<string, Verdicts>({ max: 10_000 });

  constructor(decider: Decider) {
    this.#decider = decider;
  }

  /** `nobody` is the projection of an id that cannot exist, which shows what all candidates share. */
  async of(rings: Rings, sides: Sides, check: Check, nobody: Projection): Promise<Verdicts> {
    if (!this.#decider.answersLast) return this.#decide(rings, check, nobody);
    const { moving, type, fixed, properties } = sides;
    const named = properties.bc_id != null;
    const key = canonicalJson([check.action.name, check.subject.type, moving, type, fixed.type, named, nobody]);
    const before = this.#known.get(key);
    if (before) return before;
    const verdicts = await this.#decide(rings, check, nobody);
    this.#known.set(key, verdicts);
    return verdicts;
  }

  async #decide({ beyond, rest }: Rings, check: Check, nobody: Projection): Promise<Verdicts> {
    const verdict = async (vectors: Ring['vectors']): Promise<Verdict> => {
      const all = vectors(nobody);
      if (all === null) return 'SOME';
      const allowed = await this.#decider.allowedOn(check, all);
      if (!allowed.includes(true)) return 'NONE';
      return allowed.includes(false) ? 'SOME' : 'ALL';
    };
    const [left, ...further] = await Promise.all([verdict(rest), ...beyond.map(async (ring) => verdict(ring.vectors))]);
    return { rings: ['SOME', ...further], rest: left };
  }
}

/** The rings beyond the nearest that have to be looked into; null = everything of the type, whatever ring it is in. */
export type Reach = readonly number[] | null;

/** A ring without hope is left out, unless one beyond it is sure: what is in both is as the nearer one says. */
export function reachOf({ rings, rest }: Verdicts): Reach {
  if (rest !== 'NONE') return null;
  const sure = rings.lastIndexOf('ALL');
  return rings.flatMap((verdict, ring) => (ring > 0 && (verdict !== 'NONE' || ring < sure) ? [ring] : []));
}
