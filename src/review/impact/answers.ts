import type { DecisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import { wholeInput } from '../../decision/policies.ts';
import type { Side } from './side.ts';

/** Questions on their way at once. */
const TOGETHER = 4000;

/** What one side answers, sent what its own policies declare; null where it has no policy of the kind. @throws SparkgateError `unavailable` */
export async function answersOf(
  { bundle, pdp }: Side,
  questions: readonly DecisionInput[],
): Promise<({ allowed: boolean; refused: boolean } | null)[]> {
  const known = questions.filter(({ kind }) => bundle.kinds.has(kind));
  const found = new Map<DecisionInput, { allowed: boolean; refused: boolean }>();
  for (let from = 0; from < known.length; from += TOGETHER) {
    const part = known.slice(from, from + TOGETHER);
    const asked = part.map((question) => wholeInput(question, bundle.vocabulary));
    for (const [index, answer] of (await (await pdp()).ask(asked)).entries()) {
      const question = part[index];
      if (question) found.set(question, { allowed: answer.allowed, refused: answer.refused.length > 0 });
    }
  }
  return questions.map((question) => found.get(question) ?? null);
}
