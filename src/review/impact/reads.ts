import { literalsIn, namesIn } from '@sparkgate/cerbos-policies/expression-reads';
import { isString } from '@sparkgate/cerbos-policies/yaml-node';
import type { RuleText } from '@sparkgate/cerbos-policies/kind-text';
import { rulesFor } from '@sparkgate/policy-workbench/verify/verify-kind';
import type { Side } from './side.ts';

/** Two bundles, and the actions of a kind whose rules differ. */
interface Compared {
  base: Side;
  head: Side;
  actions: (kind: string) => readonly string[];
}

/** What the rules about a kind's changed actions look at, in both bundles. */
export interface Reads {
  /** A bundle decides about the kind by what the workbench cannot read. */
  unreadable: boolean;
  /** The roles that rules ask for; `*` = any. */
  roles: ReadonlySet<string>;
  /** What a caller sends along: the action's properties or the context. */
  sent: boolean;
  /** What only the policy server knows, such as derived roles that an expression names. */
  runtime: boolean;
  /** Parts of ids, and not only whether they are equal to something. */
  partsOfIds: boolean;
  /** The texts that stand in expressions: ids may be among them. */
  literals: ReadonlySet<string>;
}

/** Reads the rules about a kind's changed actions. */
export function readsOf(sides: Compared, kind: string): Reads {
  const actions = sides.actions(kind);
  const both = [sides.base, sides.head];
  const rules = both.flatMap(({ texts }) => {
    const text = texts?.get(kind);
    return text ? rulesFor(actions, text) : [];
  });
  const names = namesOf(rules);
  return {
    unreadable: both.some((side) => isUnreadable(side, kind)),
    roles: new Set(rules.flatMap(({ roles }) => roles)),
    sent: names.some((name) => SENT.test(name)),
    runtime: names.some((name) => RUNTIME.test(name)),
    partsOfIds: names.some((name) => PART_OF_ID.test(name)),
    literals: new Set(expressionsOf(rules).flatMap((text) => literalsIn(text).filter(isString))),
  };
}

/** Whether rules look at what only the policy server knows. */
export const looksAtRuntime = (rules: readonly RuleText[]): boolean =>
  namesOf(rules).some((name) => RUNTIME.test(name));

const RUNTIME = /^runtime\b/;
/** The action's properties, the context, or a whole that holds them. */
const SENT = /^(?:request|(?:R|request\.resource)(?:\.attr(?:\.(?:action|context)\b.*)?)?)$/;
/** Whoever takes a principal as a whole may do anything with its id. */
const PART_OF_ID = /^(?:P|request|request\.principal)$|^(?:P|request\.principal)\.id\.\(\)$/;

const isUnreadable = ({ bundle, texts }: Side, kind: string): boolean =>
  bundle.kinds.has(kind) && texts?.get(kind) === undefined;

const expressionsOf = (rules: readonly RuleText[]): string[] => [
  ...new Set(rules.flatMap(({ leaves, variables }) => [...leaves, ...variables])),
];

function namesOf(rules: readonly RuleText[]): string[] {
  return [...new Set(expressionsOf(rules).flatMap((text) => namesIn(text)))];
}
