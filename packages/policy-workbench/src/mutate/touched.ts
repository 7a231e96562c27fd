import { isAlias, isNode, visit } from 'yaml';
import type { PolicyChange } from '@sparkgate/cerbos-policies/policy-changes';
import type { Keys, PolicyDocument } from '@sparkgate/cerbos-policies/policy-documents';

/** Lines of files, from 1; null = all of the file. */
export type Lines = ReadonlyMap<string, ReadonlySet<number> | null>;

/** The lines of all rules, roles, variables and constants that were added or changed, each whole. */
export function touchedLines(changes: readonly PolicyChange[]): Lines {
  const lines = new Map<string, Set<number> | null>();
  for (const { part, at } of changes) {
    if (at === null) continue;
    const { document, keys } = at;
    const known = lines.get(document.path);
    // What an alias stands for is written elsewhere, and all else of a policy may matter to each of its rules.
    if (part === 'head' || part === 'policy' || known === null || hasAliases(document)) lines.set(document.path, null);
    else lines.set(document.path, (known ?? new Set<number>()).union(linesOf(document, keys)));
  }
  return lines;
}

/** All of the files in which something was touched. */
export const touchedFiles = (changes: readonly PolicyChange[]): Lines =>
  new Map(changes.flatMap(({ at }) => (at === null ? [] : [[at.document.path, null] as const])));

function linesOf({ written, lines }: PolicyDocument, keys: Keys): Set<number> {
  const node = written.getIn(keys, true);
  if (!isNode(node) || !node.range) return new Set();
  const [first, last] = [
    lines.linePos(node.range[0]).line,
    lines.linePos(Math.max(node.range[0], node.range[1] - 1)).line,
  ];
  return new Set(Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function hasAliases({ written }: PolicyDocument): boolean {
  let found = false;
  visit(written, {
    Alias: (_key, node) => {
      found ||= isAlias(node);
      return visit.BREAK;
    },
  });
  return found;
}
