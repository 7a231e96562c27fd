import { canonicalJson } from './canonical-json.ts';
import type { DecisionInput } from './decision-input.ts';

/** Resources in one CheckResources call; the PDP is configured to take 500. */
export const CALL_SIZE = 200;

/** Characters of attributes in one call: Cerbos takes 4 MB, and a character has up to three bytes. */
const CALL_CHARACTERS = 1024 * 1024;

/** Puts questions together in as few calls as they have principals, none too many and none too large. */
export function inCalls(questions: readonly DecisionInput[]): DecisionInput[][] {
  const byPrincipal = Map.groupBy(questions, (question) =>
    canonicalJson([question.roles, question.principalId, question.principalAttr]),
  );
  return [...byPrincipal].flatMap(([principal, group]) => cut(group, principal.length));
}

function cut(questions: readonly DecisionInput[], principalSize: number): DecisionInput[][] {
  const calls: DecisionInput[][] = [];
  let call: DecisionInput[] = [];
  let size = principalSize;
  for (const question of questions) {
    const own = JSON.stringify(question.resourceAttr).length;
    if (call.length === CALL_SIZE || (call.length > 0 && size + own > CALL_CHARACTERS)) {
      calls.push(call);
      call = [];
      size = principalSize;
    }
    call.push(question);
    size += own;
  }
  return [...calls, call];
}
