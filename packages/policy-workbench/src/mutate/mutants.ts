import { matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { asList, asNode, isString } from '@sparkgate/cerbos-policies/yaml-node';
import { documentsOf, type PolicyFile } from '@sparkgate/cerbos-policies/policy-files';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { apply, lineOf, unifiedDiff } from './edit.ts';
import { policyEdits, type PolicyVocabulary } from './policy-edits.ts';

/** A policy file with one mistake in it. */
export interface Mutant {
  number: number;
  file: string;
  line: number;
  what: string;
  text: string;
  diff: string;
}

/** Lines of files, from 1; null = all of the file. */
export type Lines = ReadonlyMap<string, ReadonlySet<number> | null>;

/**
 * All mutants of the policies, in the order of files and lines.
 * @param schemas the kinds' schemas, for the values that a constant could have instead
 * @param roles those that a reviewer could mix up, besides those that the policies name
 * @param within only mutants in these lines; null: all
 */
export function mutantsOf(
  files: readonly PolicyFile[],
  {
    texts,
    schemas,
    within,
    roles,
  }: {
    texts: ReadonlyMap<string, KindText>;
    schemas: readonly unknown[];
    within: Lines | null;
    roles: readonly string[];
  },
): Mutant[] {
  const sets = new Map(schemas.flatMap((schema) => enumerations(schema, null)).map((it) => [JSON.stringify(it), it]));
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    if (file.path.startsWith('_schemas/')) continue;
    for (const edit of policyEdits(
      file.path,
      file.text,
      vocabularyOf(file, [...texts.values()], { sets: [...sets.values()], roles }),
    )) {
      const text = apply(file.text, edit);
      const line = lineOf(file.text, edit.from);
      const lines = within?.get(file.path);
      if (text === file.text || seen.has(file.path + text)) continue;
      if (within && (lines === undefined || (lines !== null && !lines.has(line)))) continue;
      // Who takes away what an alias elsewhere stands for has no policy left.
      if (documentsOf(file.path, text).length < file.documents.length) continue;
      seen.add(file.path + text);
      const diff = unifiedDiff(file.path, file.text, text);
      mutants.push({ number: mutants.length + 1, file: file.path, line, what: edit.what, text, diff });
    }
  }
  return mutants;
}

interface Enumeration {
  field: string | null;
  values: readonly string[];
}

/** The closed sets of a schema, by the field that they are of. */
function enumerations(schema: unknown, field: string | null): Enumeration[] {
  const it = asNode(schema);
  const own = asList(it['enum']).filter(isString);
  const below = [
    ...Object.entries(asNode(it['properties'])).flatMap(([name, child]) => enumerations(child, name)),
    ...asList(it['anyOf']).flatMap((child) => enumerations(child, field)),
    ...(it['items'] === undefined ? [] : enumerations(it['items'], field)),
  ];
  return own.length > 1 ? [{ field, values: own }, ...below] : below;
}

function vocabularyOf(
  file: PolicyFile,
  texts: readonly KindText[],
  { sets, roles }: { sets: readonly Enumeration[]; roles: readonly string[] },
): PolicyVocabulary {
  const touched = texts.filter(({ files }) => files.includes(file.path));
  const variables = file.documents.flatMap((root) =>
    Object.values(root).flatMap((body) => Object.keys(asNode(asNode(asNode(body)['variables'])['local']))),
  );
  const own = (key: string): string[] => [
    ...new Set(
      file.documents.flatMap((root) =>
        asList(asNode(root['resourcePolicy'])['rules']).flatMap((rule) => asList(asNode(rule)[key]).filter(isString)),
      ),
    ),
  ];
  return {
    roles: [...new Set([...roles, ...touched.flatMap(({ rules }) => rules.flatMap((rule) => rule.roles))])].filter(
      (it) => it !== '*',
    ),
    derivedRoles: own('derivedRoles'),
    actions: [...new Set([...own('actions'), ...swayedActions(file, texts)])].filter((it) => it !== '*'),
    otherValues: (text, field) => {
      const holding = sets.filter(({ values }) => values.includes(text));
      const exact = holding.filter((set) => set.field === field);
      const values = (exact.length > 0 ? exact : holding).flatMap((set) => set.values);
      return [...new Set(values)].filter((it) => it !== text);
    },
    lookalikes: (name) => variables.filter((it) => isLookalike(it, name)),
  };
}

/** The actions of the kinds about which a principal or role policy says something. */
function swayedActions({ documents }: PolicyFile, texts: readonly KindText[]): string[] {
  const said = documents.flatMap((root) =>
    [root['principalPolicy'], root['rolePolicy']].flatMap((policy) => asList(asNode(policy)['rules']).map(asNode)),
  );
  const swayed = texts.filter(({ kind }) => said.some(({ resource }) => matchesGlob(String(resource), kind)));
  return swayed.flatMap(({ rules }) => rules.flatMap(({ actions }) => actions));
}

/** Names that differ in one word alone, such as linked_post and linked_live. */
function isLookalike(a: string, b: string): boolean {
  const [left, right] = [a.split('_'), b.split('_')];
  return left.length === right.length && left.filter((word, index) => word !== right[index]).length === 1;
}
