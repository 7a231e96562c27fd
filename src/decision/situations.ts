import { isGlob } from '@sparkgate/cerbos-policies/glob';
import { namesAction, type Bundle } from './bundle.ts';
import type { Check } from './check.ts';
import type { Memo } from './memo.ts';
import type { PdpAnswer } from '@sparkgate/cerbos-pdp/client';
import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { inputOf } from './decision-input.ts';
import type { Situation } from './situation.ts';

/** Puts situations of checks to the PDP: those that hold, and those that need not hold anywhere. */
export class Situations {
  readonly #bundle: Bundle;
  readonly #memo: Memo;

  constructor({ bundle, memo }: { bundle: Bundle; memo: Memo }) {
    this.#bundle = bundle;
    this.#memo = memo;
  }

  /** Whether any rule about the kind names the action. */
  named({ resource, action }: Check): boolean {
    return namesAction(this.#bundle, resource.type, action.name);
  }

  /** What is sent of a check in a situation. */
  question(check: Check, { roles, projection }: Situation): DecisionInput {
    return inputOf(check, this.#bundle, { roles, resourceAttr: { ...projection.vector } });
  }

  /** Of a situation that holds. @throws Error when the policies' schema does not take what there is */
  async answer(check: Check, situation: Situation): Promise<PdpAnswer> {
    const answer = await this.#memo.ask(this.question(check, situation));
    if (answer.refused.length > 0) {
      throw new Error(`the schema of ${check.resource.type} refused a vector: ${JSON.stringify(answer.refused)}`);
    }
    return answer;
  }

  /** Of a situation that need not hold anywhere: what the kind's schema refuses cannot be, and is not allowed. */
  async allows(check: Check, situation: Situation): Promise<boolean> {
    return (await this.#memo.ask(this.question(check, situation))).allowed;
  }

  /** Whether the subject might do anything at all there, of what rules name. Globs name no action. */
  async allowsAnything(check: Check, situation: Situation): Promise<boolean> {
    const names = [...(this.#bundle.kinds.get(situation.projection.kind)?.actions ?? [])].filter((it) => !isGlob(it));
    const allowed = names.map(async (name) => this.allows({ ...check, action: { ...check.action, name } }, situation));
    return (await Promise.all(allowed)).includes(true);
  }
}
