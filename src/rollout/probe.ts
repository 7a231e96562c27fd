import { SERVICE_KIND, type Bundle } from '../decision/bundle.ts';
import type { Properties } from '../decision/check.ts';
import { decisionInput } from '@sparkgate/cerbos-pdp/decision-input';
import type { Memo } from '../decision/memo.ts';
import type { Pdp } from '../decision/pdp.ts';
import { examplesOf } from '../facts/example.ts';
import { KIND_FACTS } from '../facts/kinds.ts';
import { PoliciesRefused } from './refused.ts';

/** Questions of the generation before that are asked of a new one, before anybody waits for the answers. */
const WARMED = 2000;
const WARMED_BY_ID = 200;
const LOOKED_AT = 5000;
const TOGETHER = 200;

/** Asks a new PDP what the old one was asked lately, so that the first checks on it wait no longer than the last. */
export async function warm(memo: Memo, bundle: Bundle, before: Memo): Promise<void> {
  // Few situations are asked again and again; what depends on ids may never be asked again.
  const byId = (kind: string): boolean | undefined => bundle.kinds.get(kind)?.mentionsIds;
  const questions = [
    ...before.recent(WARMED, LOOKED_AT, (kind) => byId(kind) === false),
    ...before.recent(WARMED_BY_ID, LOOKED_AT, (kind) => byId(kind) === true),
  ];
  for (let from = 0; from < questions.length; from += TOGETHER) {
    // A question that it cannot read fails now as it will later; whether it answers at all, the probe finds out.
    await Promise.allSettled(questions.slice(from, from + TOGETHER).map(async (it) => memo.ask(it)));
  }
}

/** Whether a new PDP can be relied on: it is the one that was started, and reads what the service sends. @throws PoliciesRefused */
export async function probe(pdp: Pdp, { hash, kinds, vocabulary }: Bundle): Promise<void> {
  const told = await pdp.identify();
  if (told !== null && told !== hash) throw new PoliciesRefused('start', `Cerbos has loaded ${told} instead.`);
  // A kind's schema has to take what the service sends.
  const asked = Object.entries({ ...KIND_FACTS, ...vocabulary })
    .filter(([kind]) => kinds.has(kind))
    .flatMap(([kind, facts]) => examplesOf(facts).map((vector) => [kind, vector] as const));
  const answers = await pdp.ask(asked.map(([kind, vector]) => question(kind, vector)));
  for (const [index, { refused }] of answers.entries()) {
    const [first] = refused;
    if (!first) continue;
    const kind = asked[index]?.[0] ?? '';
    throw new PoliciesRefused(
      'start',
      `The schema of ${kind} refuses what this service sends: ${first.path}: ${first.message}`,
    );
  }
}

function question(kind: string, vector: Properties) {
  const roles = [kind === SERVICE_KIND ? 'api_key' : 'user'];
  return decisionInput({ kind, action: 'probe', roles, resourceAttr: vector });
}
