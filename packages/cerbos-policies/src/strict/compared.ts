import type { ASTNode } from '@marcbachmann/cel-js';
import { leavesOf } from '../condition.ts';
import { childrenOf, expand, expression, nameOf, UnreadableExpression } from '../expressions.ts';
import { matchesGlob } from '../glob.ts';
import { namesIn } from '../kind-text.ts';
import { importedBy } from '../kinds.ts';
import type { Policies } from '../policies.ts';
import type { Keys, PolicyDocument } from '../policy-documents.ts';
import type { Condition } from '../condition.ts';
import type { Finding } from './finding.ts';

interface Part {
  condition: Condition | null;
  names: ReadonlyMap<string, string>;
  document: PolicyDocument;
}

/**
 * Finds conditions that do more with a field than compare it with numbers: of such a field only the part between two of
 * those numbers is sent, so that anything else would come out wrong.
 */
export function notCompared(policies: Policies, kinds: ReadonlySet<string>, fields: ReadonlySet<string>): Finding[] {
  const own = policies.resources.filter(({ kind }) => kinds.has(kind));
  const parts = own.flatMap((policy): Part[] => {
    const shared = importedBy(policy, policies).flatMap((it) => (it.sort === 'derived roles' ? [it] : []));
    return [
      ...policy.rules.map(({ condition }) => part(condition, policy, policies)),
      ...shared.flatMap((it) => it.definitions.map(({ condition }) => part(condition, it, policies))),
    ];
  });
  const excepting = policies.exceptions.flatMap((it) => {
    const about = it.rules.filter(({ resource }) => [...kinds].some((kind) => matchesGlob(resource, kind)));
    return about.flatMap(({ rules }) => rules.map(({ condition }) => part(condition, it, policies)));
  });
  return [...parts, ...excepting].flatMap(({ condition, names, document }) =>
    leavesOf(condition).flatMap(({ expr, keys }) => findingsIn({ expr, keys, names, document }, fields)),
  );
}

function part(condition: Condition | null, policy: Parameters<typeof namesIn>[0], policies: Policies): Part {
  return { condition, names: namesIn(policy, policies), document: policy.document };
}

function findingsIn(
  { expr, keys, names, document }: { expr: string; keys: Keys } & Pick<Part, 'names' | 'document'>,
  fields: ReadonlySet<string>,
): Finding[] {
  try {
    const found = otherwiseUsed(expression(expand(expr, names)).node, fields);
    return [...new Set(found)].map((field) => ({
      isError: true,
      ...document.placeOf(keys),
      message: `does more with ${field} than compare it with numbers, between which it is sent as one. Compare it with numbers alone.`,
    }));
  } catch (error) {
    // What cannot be read is told by the reading of what is sent.
    if (error instanceof UnreadableExpression) return [];
    throw error;
  }
}

/** The fields that stand elsewhere than beside a number. */
function otherwiseUsed(node: ASTNode, fields: ReadonlySet<string>): string[] {
  const field = fieldIn(node, fields);
  if (field !== null) return [field];
  const children = childrenOf(node);
  if (isComparison(node)) {
    const [left, right] = children;
    if (left && right && fieldIn(left, fields) !== null && isNumeric(right)) return [];
    if (left && right && fieldIn(right, fields) !== null && isNumeric(left)) return [];
  }
  return children.flatMap((it) => otherwiseUsed(it, fields));
}

/** Whatever it is selected of. */
function fieldIn(node: ASTNode, fields: ReadonlySet<string>): string | null {
  const last = nameOf(node)?.split('.').at(-1);
  const selected = node.op === '.' && typeof node.args[1] === 'string' ? node.args[1] : last;
  return selected !== undefined && fields.has(selected) ? selected : null;
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const isComparison = (node: ASTNode): boolean => COMPARISONS.has(node.op);

/** A number, or a list of numbers, as it is written out. */
function isNumeric(node: ASTNode): boolean {
  if (node.op === 'list') return childrenOf(node).every(isNumeric);
  return node.op === 'value' && (typeof node.args === 'bigint' || typeof node.args === 'number');
}
