import { check, type Violation } from './checks.ts';
import type { DecidedUnit } from '../space/decided-unit.ts';
import type { Invariant } from './invariants.ts';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { unknownActions } from './said-actions.ts';
import type { SentenceGroup } from './sentence-groups.ts';
import type { VectorSpace } from '../space/vector-space.ts';

/** A sentence that is not broken anywhere, as far as was looked, and that nobody may rely on. */
export interface Doubt {
  invariant: Invariant;
  /** `unproven`: not every situation was looked at. `about_nothing`: there is nothing that it speaks of. */
  is: 'unproven' | 'about_nothing';
  why: string;
}

/** What holding the sentences of a kind against its decisions brought, group by group. */
export class Findings {
  readonly #invariants: readonly Invariant[];
  readonly #text: KindText;
  readonly #violations: Violation[] = [];
  readonly #untried = new Map<Invariant, Set<string>>();
  readonly #met = new Set<Invariant>();

  constructor(invariants: readonly Invariant[], text: KindText) {
    this.#invariants = invariants;
    this.#text = text;
  }

  /** Holds the sentences of a group against what was decided for it. */
  note({ actions, invariants }: SentenceGroup, on: { decided: DecidedUnit; space: VectorSpace }): void {
    const { untried } = on.decided.unit;
    for (const invariant of invariants) {
      if (untried !== null) this.#untried.set(invariant, (this.#untried.get(invariant) ?? new Set()).add(untried));
      for (const action of invariant.holds === undefined ? actions : ['']) {
        const { violation, met } = check(invariant, action, on);
        if (met) this.#met.add(invariant);
        if (violation) this.#violations.push(violation);
      }
    }
  }

  all(): { violations: readonly Violation[]; doubts: readonly Doubt[]; idle: readonly Invariant[] } {
    const broken = new Set(this.#violations.map(({ invariant }) => invariant));
    const whole = this.#invariants.filter((it) => !broken.has(it));
    const doubts = whole.flatMap((it) => this.#doubt(it) ?? []);
    const doubted = new Set(doubts.map(({ invariant }) => invariant));
    return {
      violations: this.#violations,
      doubts,
      idle: whole.filter((it) => !this.#met.has(it) && !doubted.has(it)),
    };
  }

  #doubt(invariant: Invariant): Doubt | null {
    const unknown = unknownActions(invariant, this.#text);
    if (unknown !== null) return { invariant, is: 'about_nothing', why: unknown };
    const untried = this.#untried.get(invariant);
    if (untried) return { invariant, is: 'unproven', why: [...untried].join('; ') };
    // Where an action is allowed nowhere, "only if" is kept; what asks for a situation that is none asks for nothing.
    if (invariant.allowed_whenever === undefined || this.#met.has(invariant)) return null;
    return { invariant, is: 'about_nothing', why: 'in no situation does it ask for anything' };
  }
}
