import { clockFacts } from './clock.ts';
import { withDeclared, type Declares, type Facts } from './kind.ts';
import { GIVEN, isStoredKind, STORED_KINDS, type StoredFacts, type StoredKind, type Vocabulary } from './kinds.ts';

/**
 * What is sent by policies whose schemas declare this; a kind without a schema is sent what is given.
 * @param numbersIn with which its rules compare
 */
export function vocabularyOf(
  declaredBy: (kind: StoredKind) => Declares | null,
  numbersIn: (kind: StoredKind) => readonly number[] = () => [],
): Vocabulary {
  const kinds = Object.entries<StoredFacts>(STORED_KINDS).map(([kind, { facts, optional }]) => {
    const declares = isStoredKind(kind) ? declaredBy(kind) : null;
    if (!isStoredKind(kind) || declares === null) return [kind, facts] as const;
    const own = { ...optional, ...clockFacts(declares('clock') ? numbersIn(kind) : []) };
    return [kind, withDeclared(facts, own, declares)] as const;
  });
  const isMore = kinds.some(([kind, facts]) => isStoredKind(kind) && facts !== GIVEN[kind]);
  return isMore ? (Object.fromEntries(kinds) as Record<StoredKind, Facts>) : GIVEN;
}

/** All that could be sent. */
export const EVERYTHING: Vocabulary = Object.fromEntries(
  Object.entries<StoredFacts>(STORED_KINDS).map(([kind, { facts, optional }]) => [
    kind,
    withDeclared(facts, optional, () => true),
  ]),
) as Record<StoredKind, Facts>;

/** What is sent of a kind beyond what is given, by name. */
export function optionalNames(vocabulary: Vocabulary, kind: string): string[] {
  if (!isStoredKind(kind)) return [];
  const given: Facts = GIVEN[kind];
  return Object.entries(vocabulary[kind]).flatMap(([name, it]) => {
    const before = given[name];
    if (before === undefined) return [name];
    if (it.sort !== 'list' || before.sort !== 'list') return [];
    return Object.keys(it.each).filter((part) => !Object.hasOwn(before.each, part));
  });
}

/** A JSON Schema of a kind without what policies declare beyond what is given. */
export function givenSchema(kind: string, schema: unknown): unknown {
  if (!isStoredKind(kind)) return schema;
  const { facts, optional }: StoredFacts = STORED_KINDS[kind];
  const own = new Set(Object.keys(optional));
  const parts = Object.entries(facts).flatMap(([name, it]): [string, ReadonlySet<string>][] =>
    it.sort === 'list' ? [[name, new Set(Object.keys(it.optional))]] : [],
  );
  return without(schema, own, new Map(parts));
}

function without(
  schema: unknown,
  names: ReadonlySet<string>,
  lists: ReadonlyMap<string, ReadonlySet<string>>,
): unknown {
  if (Array.isArray(schema)) return schema.map((it: unknown) => without(it, names, lists));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]: [string, unknown]) => {
    if (key === 'required' && Array.isArray(value)) return [key, value.filter((it: string) => !names.has(it))] as const;
    if (key !== 'properties') return [key, without(value, names, lists)] as const;
    const kept = Object.entries(value as object).filter(([name]) => !names.has(name));
    const all = kept.map(([name, it]: [string, unknown]) => [name, without(it, lists.get(name) ?? NONE, NO_LISTS)]);
    return [key, Object.fromEntries(all)] as const;
  });
  return Object.fromEntries(entries);
}

const NONE: ReadonlySet<string> = new Set();
const NO_LISTS: ReadonlyMap<string, ReadonlySet<string>> = new Map();
