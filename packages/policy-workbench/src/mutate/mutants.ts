import { matchesGlob } from '@sparkgate/cerbos-policies/glob';
import { asList, asNode, isString } from '@sparkgate/cerbos-policies/yaml-node';
import { loadedIn, withText, type Policies } from '@sparkgate/cerbos-policies/policies';
import type { Policy } from '@sparkgate/cerbos-policies/policy';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import { apply, lineOf, unifiedDiff } from './edit.ts';
import type { AskedNames } from '../tests/asked-names.ts';
import type { Lines } from './touched.ts';
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

/**
 * All mutants of the policies, in the order of files and lines.
 * @param schemas the kinds' schemas, for the values that a constant could have instead
 * @param roles those that a reviewer could mix up, besides those that the policies name
 * @param asked what the tests ask for, by kind
 * @param within only mutants in these lines; null: all
 */
export function mutantsOf(
  policies: Policies,
  {
    texts,
    schemas,
    within,
    roles,
    asked,
  }: {
    texts: ReadonlyMap<string, KindText>;
    schemas: readonly unknown[];
    within: Lines | null;
    roles: readonly string[];
    asked: ReadonlyMap<string, AskedNames>;
  },
): Mutant[] {
  const sets = new Map(schemas.flatMap((schema) => enumerations(schema, null)).map((it) => [JSON.stringify(it), it]));
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  for (const file of policies.files) {
    const own = loadedIn(policies, file.path);
    const vocabulary = vocabularyOf(own, [...texts.values()], {
      path: file.path,
      sets: [...sets.values()],
      roles,
      asked,
    });
    for (const edit of policyEdits(own, file.text, vocabulary)) {
      const text = apply(file.text, edit);
      const line = lineOf(file.text, edit.from);
      const lines = within?.get(file.path);
      if (text === file.text || seen.has(file.path + text)) continue;
      if (within && (lines === undefined || (lines !== null && !lines.has(line)))) continue;
      // Who takes away what an alias elsewhere stands for has no policy left.
      if (loadedIn(withText(policies, file.path, text), file.path).length < own.length) continue;
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
  own: readonly Policy[],
  texts: readonly KindText[],
  {
    path,
    sets,
    roles,
    asked,
  }: {
    path: string;
    sets: readonly Enumeration[];
    roles: readonly string[];
    asked: ReadonlyMap<string, AskedNames>;
  },
): PolicyVocabulary {
  const kinds = new Set(own.flatMap((it) => (it.sort === 'resource' ? [it.kind] : [])));
  const touched = texts.filter(({ files, kind }) => files.includes(path) || kinds.has(kind));
  const variables = own.flatMap((it) => ('variables' in it ? Object.keys(it.variables.local) : []));
  const rules = own.flatMap((it) => (it.sort === 'resource' ? it.rules : []));
  const alike = touched.filter(({ kind }) => kinds.has(kind)).flatMap((text) => text.rules);
  const named = [...touched.flatMap((text) => text.rules), ...rules].flatMap((rule) => rule.roles);
  const swayed = swayedKinds(own, texts);
  const about = new Set([...kinds, ...[...touched, ...swayed].map(({ kind }) => kind)]);
  const tested = [...about].flatMap((kind) => asked.get(kind) ?? []);
  return {
    asked: {
      actions: [...new Set(tested.flatMap((it) => [...it.actions]))],
      roles: [...new Set(tested.flatMap((it) => [...it.roles]))],
    },
    roles: [...new Set([...roles, ...named])].filter((it) => it !== '*'),
    kinds: texts.map(({ kind }) => kind),
    derivedRoles: [...new Set(rules.flatMap((rule) => rule.derivedRoles))],
    actions: [
      ...new Set([...actionsOf(rules), ...actionsOf(alike), ...actionsOf(swayed.flatMap((it) => it.rules))]),
    ].filter((it) => it !== '*'),
    otherValues: (text, field) => {
      const holding = sets.filter(({ values }) => values.includes(text));
      const exact = holding.filter((set) => set.field === field);
      const values = (exact.length > 0 ? exact : holding).flatMap((set) => set.values);
      return [...new Set(values)].filter((it) => it !== text);
    },
    lookalikes: (name) => variables.filter((it) => isLookalike(it, name)),
  };
}

const actionsOf = (rules: readonly { actions: readonly string[] }[]): string[] =>
  rules.flatMap(({ actions }) => actions);

/** The kinds about which a principal or role policy says something. */
function swayedKinds(own: readonly Policy[], texts: readonly KindText[]): KindText[] {
  const said = own.flatMap((it) => (it.sort === 'principal' || it.sort === 'role' ? it.rules : []));
  return texts.filter(({ kind }) => said.some(({ resource }) => matchesGlob(resource, kind)));
}

/** Names that differ in one word alone, such as linked_post and linked_live. */
function isLookalike(a: string, b: string): boolean {
  const [left, right] = [a.split('_'), b.split('_')];
  return left.length === right.length && left.filter((word, index) => word !== right[index]).length === 1;
}
