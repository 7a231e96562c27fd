import type { Invariant } from './invariants.ts';
import { decisionsIn } from './said-actions.ts';

/** Actions that are decided together, and the sentences that are held against these decisions. */
export interface SentenceGroup {
  actions: readonly string[];
  invariants: readonly Invariant[];
}

/** Each action by itself with what is said of it; actions that one sentence compares, together. */
export function sentenceGroups(actions: readonly string[], invariants: readonly Invariant[]): SentenceGroup[] {
  const alone = invariants.filter(({ holds }) => holds === undefined);
  const about = (it: Invariant, action: string): boolean =>
    it.actions === '*' ? !it.except.includes(action) : it.actions.includes(action);
  const mentioned = alone.flatMap((it) => (it.actions === '*' ? [] : it.actions));
  const single = [...new Set([...actions, ...mentioned])].map((action) => ({
    actions: [action],
    invariants: alone.filter((it) => about(it, action)),
  }));
  const together = invariants.flatMap((it) =>
    it.holds === undefined ? [] : [{ actions: decisionsIn(it.holds), invariants: [it] }],
  );
  return [...single, ...together];
}
