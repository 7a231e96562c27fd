import { isGlob } from '@sparkgate/cerbos-policies/glob';
import { fitted } from '../facts/kind.ts';
import { EVERYTHING } from '../facts/vocabulary.ts';
import { GIVEN, isStoredKind, type Projection, type Vocabulary } from '../facts/kinds.ts';
import { knowsSubjectType, namesAction, type Bundle } from './bundle.ts';
import type { Check } from './check.ts';
import { inputOf, type StoredInput } from './decision-input.ts';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { Memo } from './memo.ts';
import type { AskBudget } from './reasons/ask-budget.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';

/** What the policies of a bundle say of inputs: of those that hold, and of those that need not hold anywhere. */
export class Policies {
  readonly #bundle: Bundle;
  readonly #memo: Pick<Memo, 'ask' | 'has'>;

  constructor({ bundle, memo }: { bundle: Bundle; memo: Pick<Memo, 'ask' | 'has'> }) {
    this.#bundle = bundle;
    this.#memo = memo;
  }

  /** What is sent by this bundle. */
  get vocabulary(): Vocabulary {
    return this.#bundle.vocabulary;
  }

  /** Whether any rule about the kind names the action. */
  named({ kind, action }: Pick<DecisionInput, 'kind' | 'action'>): boolean {
    return namesAction(this.#bundle, kind, action);
  }

  /** Whether any rule about the kind names the type of the subject. */
  knows({ kind, roles }: Pick<DecisionInput, 'kind' | 'roles'>): boolean {
    return roles.every((it) => knowsSubjectType(this.#bundle, kind, it));
  }

  /** The input of a check whose facts were projected. */
  input(check: Check, { vector }: Projection): StoredInput {
    return inputOf(check, this.#bundle, { resourceAttr: vector }) as StoredInput;
  }

  /** The rules that deny an input, as far as they say so by an output. */
  deniedBy({ kind }: Pick<DecisionInput, 'kind'>, { held = [] }: PdpAnswer): string[] {
    const rules = this.#bundle.kinds.get(kind)?.rules ?? [];
    return [...new Set(held)].filter((name) =>
      rules.some((rule) => rule.name === name && rule.effect === 'EFFECT_DENY'),
    );
  }

  /** Of an input that holds. @throws Error when the policies' schema does not take what there is */
  async answer(input: DecisionInput): Promise<PdpAnswer> {
    const answer = await this.#memo.ask(this.#whole(input));
    if (answer.refused.length > 0) {
      throw new Error(`the schema of ${input.kind} refused a vector: ${JSON.stringify(answer.refused)}`);
    }
    return answer;
  }

  /**
   * Of an input that need not hold anywhere: what the kind's schema refuses cannot be, and is not allowed.
   * @throws OverBudget where it would have to be asked, and the budget is used up
   */
  async allows(input: DecisionInput, budget?: AskBudget): Promise<boolean> {
    const whole = this.#whole(input);
    if (budget && !this.#memo.has(whole)) budget.take();
    return (await this.#memo.ask(whole)).allowed;
  }

  /** Who thinks of other facts knows those that are given; of what policies declare beyond them nothing holds then. */
  #whole(input: DecisionInput): DecisionInput {
    return this.vocabulary === GIVEN ? input : wholeInput(input, this.vocabulary);
  }

  /** Whether the subject might do anything at all there, of what rules name. Globs name no action. */
  async allowsAnything(input: DecisionInput): Promise<boolean> {
    const names = [...(this.#bundle.kinds.get(input.kind)?.actions ?? [])].filter((it) => !isGlob(it));
    const allowed = names.map(async (action) => this.allows({ ...input, action }));
    return (await Promise.all(allowed)).includes(true);
  }
}

/** An input with all that policies are sent, and no fact beyond that; what it does not say is as if nothing were stored. */
export function wholeInput(input: DecisionInput, vocabulary: Vocabulary): DecisionInput {
  const { kind, resourceAttr } = input;
  if (!isStoredKind(kind)) return input;
  return { ...input, resourceAttr: fitted(vocabulary[kind], EVERYTHING[kind], resourceAttr) };
}
