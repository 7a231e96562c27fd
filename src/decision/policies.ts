import { isGlob } from '@sparkgate/cerbos-policies/glob';
import type { Projection } from '../facts/kinds.ts';
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

  /** Of an input that holds. @throws Error when the policies' schema does not take what there is */
  async answer(input: DecisionInput): Promise<PdpAnswer> {
    const answer = await this.#memo.ask(input);
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
    if (budget && !this.#memo.has(input)) budget.take();
    return (await this.#memo.ask(input)).allowed;
  }

  /** Whether the subject might do anything at all there, of what rules name. Globs name no action. */
  async allowsAnything(input: DecisionInput): Promise<boolean> {
    const names = [...(this.#bundle.kinds.get(input.kind)?.actions ?? [])].filter((it) => !isGlob(it));
    const allowed = names.map(async (action) => this.allows({ ...input, action }));
    return (await Promise.all(allowed)).includes(true);
  }
}
