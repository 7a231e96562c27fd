import { valuesOf, type Domain } from './finite-domain.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';

/** What a record holds under a name; undefined: nothing is called so. */
export function fieldOf(domain: Domain, name: string): Domain | undefined {
  if (domain.sort === 'record') return domain.fields.find(([field]) => field === name)?.[1];
  if (domain.sort === 'one_of') {
    const holders = domain.values.filter((it) => typeof it === 'object' && it !== null && name in it);
    const values = holders.map((it) => (it as Record<string, Json | undefined>)[name]);
    return values.length === 0 ? undefined : { sort: 'one_of', values };
  }
  if (domain.sort !== 'either') return undefined;
  const options = domain.options.flatMap((option) => fieldOf(option, name) ?? []);
  return options.length === 0 ? undefined : { sort: 'either', options };
}

/** The names that a record has, in all its variants. */
export function fieldsOf(domain: Domain): string[] {
  if (domain.sort === 'record') return domain.fields.map(([field]) => field);
  return domain.sort === 'either' ? [...new Set(domain.options.flatMap(fieldsOf))] : [];
}

/** What a list holds; null: it is no list, or nothing is known of it. */
export function elementOf(domain: Domain | null): Domain | null {
  if (domain?.sort === 'set' || domain?.sort === 'records') return domain.of;
  if (domain?.sort !== 'either') return null;
  const options = domain.options.flatMap((option) => elementOf(option) ?? []);
  return options.length === 0 ? null : { sort: 'either', options };
}

/** The values of a domain that are neither lists nor records. */
export function plainValuesOf(domain: Domain): Json[] {
  if (domain.sort === 'either') return domain.options.flatMap(plainValuesOf);
  if (domain.sort !== 'one_of') return [];
  return domain.values.filter((it) => it !== undefined && (typeof it !== 'object' || it === null)) as Json[];
}

/** The sorts of records that a domain has: of each the values of its fields, as JSON. */
export function sortsIn(domain: Domain): Map<string, Set<string>>[] {
  if (domain.sort === 'either') return domain.options.flatMap(sortsIn);
  if (domain.sort !== 'record') return [];
  const fields = domain.fields.map(([name, it]): [string, Set<string>] => [
    name,
    new Set([...valuesOf(it)].map((value) => JSON.stringify(value))),
  ]);
  return [new Map(fields)];
}
