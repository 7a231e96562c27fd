import type { Pdp, PdpAnswer } from '../decision/pdp.ts';
import type { DecisionInput } from '../decision/decision-input.ts';
import { SparkgateError } from '../domain/errors.ts';

/** Questions that are on their way at once, and how often they are put before the PDP counts as away. */
const TOGETHER = 400;
const ATTEMPTS = 5;

/**
 * Asks as many questions as there are, a few hundred at a time, and asks again where a busy machine made the PDP late.
 * @throws PdpError when it stays away
 */
<<<<<<< HEAD
export async function askPatiently(pdp: Pdp, questions: readonly DecisionInput[]): Promise<PdpAnswer[]> {
=======
export async function askPatiently(pdp: PdpClient, questions: readonly PdpQuestion[]): Promise<PdpAnswer[]> {
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)
  const answers: PdpAnswer[] = [];
  for (let from = 0; from < questions.length; from += TOGETHER) {
    answers.push(...(await ask(pdp, questions.slice(from, from + TOGETHER), ATTEMPTS)));
  }
  return answers;
}

<<<<<<< HEAD
async function ask(pdp: Pdp, questions: readonly DecisionInput[], attempts: number): Promise<PdpAnswer[]> {
=======
async function ask(pdp: PdpClient, questions: readonly PdpQuestion[], attempts: number): Promise<PdpAnswer[]> {
>>>>>>> 19baa40 (The gRPC client of Cerbos is part of packages/cerbos-pdp)
  try {
    return await pdp.ask(questions);
  } catch (error) {
    const late = error instanceof PdpError && error.code === 'unavailable';
    if (!late || attempts <= 1) throw error;
    return ask(pdp, questions, attempts - 1);
  }
}
