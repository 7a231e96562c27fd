import type { PdpAnswer, PdpClient } from './client.ts';
import type { DecisionInput } from './decision-input.ts';
import { PdpError } from './pdp-error.ts';

/** Questions that are on their way at once, and how often they are put before the PDP counts as away. */
const TOGETHER = 400;
const ATTEMPTS = 5;

/**
 * Asks as many questions as there are, a few hundred at a time, and asks again where a busy machine made the PDP late.
 * @throws PdpError when it stays away
 */
export async function askAll(pdp: PdpClient, questions: readonly DecisionInput[]): Promise<PdpAnswer[]> {
  const answers: PdpAnswer[] = [];
  for (let from = 0; from < questions.length; from += TOGETHER) {
    answers.push(...(await ask(pdp, questions.slice(from, from + TOGETHER), ATTEMPTS)));
  }
  return answers;
}

async function ask(pdp: PdpClient, questions: readonly DecisionInput[], attempts: number): Promise<PdpAnswer[]> {
  try {
    return await pdp.ask(questions);
  } catch (error) {
    const late = error instanceof PdpError && error.code === 'unavailable';
    if (!late || attempts <= 1) throw error;
    return ask(pdp, questions, attempts - 1);
  }
}
