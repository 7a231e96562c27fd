import { ANY_PART, literalsIn, partsIn } from '@sparkgate/cerbos-policies/expression-reads';
import type { KindText } from '@sparkgate/cerbos-policies/kind-text';
import type { Json } from '@sparkgate/cerbos-policies/json';
import { ROLE } from './atoms.ts';
import { valuesOf, type Domain } from './finite-domain.ts';

/** Whether something is looked at by the name of a part, at whatever depth it stands. */
export type Looks = (part: string) => boolean;

/** What policies and further expressions look at. @param names those of parts that are looked at in any case */
export function looksOf(texts: readonly KindText[], further: readonly string[], names: readonly string[]): Looks {
  const parts = new Set([...names, ...expressionsOf(texts, further).flatMap(partsIn)]);
  return (part) => parts.has(part) || parts.has(ANY_PART);
}

/** The numbers that policies and further expressions mention. */
export function numbersOf(texts: readonly KindText[], further: readonly string[]): number[] {
  return expressionsOf(texts, further)
    .flatMap(literalsIn)
    .filter((it) => typeof it === 'number');
}

function expressionsOf(texts: readonly KindText[], further: readonly string[]): string[] {
  const rules = texts.flatMap(({ rules: own }) => own);
  return [...new Set([...rules.flatMap(({ leaves, variables }) => [...leaves, ...variables]), ...further])];
}

type Field = readonly [name: string, domain: Domain];

/** The same fields, each that nobody looks at with one of its values: which one it has tells nothing. */
export function pinnedFields(fields: readonly Field[], looks: Looks): Field[] {
  return fields.map(([name, domain]) => [name, looks(name) ? pinned(domain, looks) : first(domain)]);
}

function pinned(domain: Domain, looks: Looks): Domain {
  switch (domain.sort) {
    case 'one_of':
      return domain;
    case 'either':
      return { sort: 'either', options: domain.options.map((it) => pinned(it, looks)) };
    case 'set':
    case 'records':
      return { sort: domain.sort, of: pinned(domain.of, looks) };
    case 'record':
      return { sort: 'record', fields: pinnedFields(domain.fields, looks) };
  }
}

function first(domain: Domain): Domain {
  const { value } = valuesOf(domain).next() as { value: Json | undefined };
  return { sort: 'one_of', values: [value] };
}

/** Finds the value that stands for one with anything in the fields that nobody looks at. */
export function pinning(
  field: string,
  values: readonly (Json | undefined)[],
  looks: Looks,
): (value: Json | undefined) => Json | undefined {
  if (field !== ROLE && !looks(field)) return () => values[0];
  const byText = new Map(values.map((value) => [JSON.stringify(looked(value, looks)), value]));
  const known = new Set(values.map((value) => JSON.stringify(value)));
  return (value) => {
    if (known.has(JSON.stringify(value))) return value;
    const text = JSON.stringify(looked(value, looks));
    return byText.has(text) ? byText.get(text) : value;
  };
}

/** What is looked at of a value. */
function looked(value: Json | undefined, looks: Looks): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const own = Object.entries(value).filter(([name]) => looks(name));
  return Object.fromEntries(own.map(([name, it]) => [name, looked(it, looks) as Json]));
}
