import type { ASTNode } from '@marcbachmann/cel-js';
import { matchesAny } from '@sparkgate/cerbos-policies/glob';
import { UNNAMED_ACTION } from '../space/action-examples.ts';
import { childrenOf, expression, nameOf } from '@sparkgate/cerbos-policies/expressions';
import type { Invariant } from './invariants.ts';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';

/** The actions whose decisions an expression asks for as `allowed.<action>`. */
export function decisionsIn(text: string): string[] {
  const found = new Set<string>();
  const visit = (node: ASTNode): void => {
    const name = nameOf(node);
    if (name?.startsWith('allowed.')) found.add(name.slice('allowed.'.length));
    else for (const child of childrenOf(node)) visit(child);
  };
  visit(expression(text).node);
  return [...found];
}

/** The actions that a sentence mentions by their names. */
function saidActions({ actions, except, holds }: Invariant): string[] {
  return [...(actions === '*' ? [] : actions), ...except, ...(holds === undefined ? [] : decisionsIn(holds))];
}

/** Why a sentence speaks of what is not there: an action that no rule names, be it misspelt or gone; null: it does not. */
export function unknownActions(invariant: Invariant, { kind, rules }: KindText): string | null {
  const globs = [...new Set(rules.flatMap(({ actions }) => actions))];
  const isNamed = (action: string): boolean => action === UNNAMED_ACTION || matchesAny(globs, action);
  const unknown = saidActions(invariant).filter((action) => !isNamed(action));
  if (unknown.length === 0) return null;
  const known = globs.length === 0 ? 'none' : globs.toSorted().join(', ');
  return (
    `no rule of ${kind} names the action ${[...new Set(unknown)].join(', ')}; rules name ${known}` +
    ` (${UNNAMED_ACTION} stands for all that they do not name)`
  );
}
