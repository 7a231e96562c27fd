import type { Json } from '@sparkgate/cerbos-policies/json';

/** All values that a JSON Schema admits, where they are finitely many. */
export type Domain =
  | { sort: 'one_of'; values: readonly (Json | undefined)[] }
  | { sort: 'either'; options: readonly Domain[] }
  /** A sorted set of plain values. */
  | { sort: 'set'; of: Domain }
  /** A sorted set of records; only sets of at most two are enumerated (`isCut`); longer ones are for the classes. */
  | { sort: 'records'; of: Domain }
  | { sort: 'record'; fields: readonly (readonly [name: string, domain: Domain])[] };

/** A schema whose values cannot be counted; the message says where. */
export class InfiniteDomain extends Error {
  override name = 'InfiniteDomain';
}

interface Schema {
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  minimum?: number;
  maximum?: number;
}

/**
 * Reads a JSON Schema as the set of its values; of whole numbers between two bounds, one of each part that is told apart.
 * @param numbers with which they are compared, and nothing else is done with them; null: anything may be
 * @throws InfiniteDomain where it leaves something open
 */
export function domainOf(schema: unknown, numbers: readonly number[] | null = null, at = ''): Domain {
  const it = schema as Schema;
  if (it.const !== undefined) return { sort: 'one_of', values: [it.const] };
  if (it.enum) return { sort: 'one_of', values: it.enum };
  const options = it.anyOf ?? it.oneOf;
  if (options) return { sort: 'either', options: options.map((option) => domainOf(option, numbers, at)) };
  if (Array.isArray(it.type)) {
    return { sort: 'either', options: it.type.map((type) => domainOf({ ...it, type }, numbers, at)) };
  }
  switch (it.type) {
    case 'null':
      return { sort: 'one_of', values: [null] };
    case 'boolean':
      return { sort: 'one_of', values: [true, false] };
    case 'array':
      if (it.maxItems === 0) return { sort: 'one_of', values: [[]] };
      return listDomain(it.items, numbers, at);
    case 'object':
      return recordDomain(it, numbers, at);
    case 'integer':
      if (numbers !== null && it.minimum !== undefined && it.maximum !== undefined)
        return { sort: 'one_of', values: wholeParts(it.minimum, it.maximum, numbers) };
      throw open(at);
    default:
      throw open(at);
  }
}

const open = (at: string): InfiniteDomain =>
  new InfiniteDomain(`${at === '' ? 'it' : at} is open: an enum, a boolean or null would be finite`);

/** The first whole number of each part between two bounds, and each number that parts them. */
function wholeParts(least: number, most: number, numbers: readonly number[]): number[] {
  const all = numbers.flatMap((it) => [Math.ceil(it), Math.floor(it) + 1]);
  const within = [least, ...all].filter((it) => it >= least && it <= most);
  return [...new Set(within)].toSorted((a, b) => a - b);
}

function listDomain(items: Schema | undefined, numbers: readonly number[] | null, at: string): Domain {
  const of = domainOf(items ?? {}, numbers, `${at}[]`);
  return isRecord(of) ? { sort: 'records', of } : { sort: 'set', of };
}

/** Records may be of several sorts. */
function isRecord(domain: Domain): boolean {
  return domain.sort === 'record' || (domain.sort === 'either' && domain.options.every(isRecord));
}

function recordDomain(
  { properties = {}, required = [], additionalProperties }: Schema,
  numbers: readonly number[] | null,
  at: string,
): Domain {
  if (additionalProperties !== false) {
    throw new InfiniteDomain(`${at === '' ? 'it' : at} admits further properties: additionalProperties must be false`);
  }
  const fields = Object.entries(properties).map(([name, schema]) => {
    const domain = domainOf(schema, numbers, at === '' ? name : `${at}.${name}`);
    const absent: Domain = { sort: 'one_of', values: [undefined] };
    const optional: Domain = { sort: 'either', options: [domain, absent] };
    return [name, required.includes(name) ? domain : optional] as const;
  });
  return { sort: 'record', fields };
}

/** Whether a value may be a list. */
export function holdsList(domain: Domain): boolean {
  return (
    domain.sort === 'set' || domain.sort === 'records' || (domain.sort === 'either' && domain.options.some(holdsList))
  );
}

/** Whether there are values that are not enumerated: lists of more than two records. */
export function isCut(domain: Domain): boolean {
  switch (domain.sort) {
    case 'one_of':
      return false;
    case 'either':
      return domain.options.some(isCut);
    case 'set':
      return isCut(domain.of);
    case 'records':
      return sizeOf(domain.of) > 2 || isCut(domain.of);
    case 'record':
      return domain.fields.some(([, field]) => isCut(field));
  }
}

/** How many values a domain has. */
export function sizeOf(domain: Domain): number {
  switch (domain.sort) {
    case 'one_of':
      return domain.values.length;
    case 'either':
      return domain.options.reduce((sum, option) => sum + sizeOf(option), 0);
    case 'set':
      return 2 ** sizeOf(domain.of);
    case 'records': {
      const n = sizeOf(domain.of);
      return 1 + n + (n * (n - 1)) / 2;
    }
    case 'record':
      return domain.fields.reduce((product, [, field]) => product * sizeOf(field), 1);
  }
}

/** All values, one after the other, always in the same order; lists are sorted, as in every fact vector. */
export function* valuesOf(domain: Domain): Generator<Json | undefined> {
  switch (domain.sort) {
    case 'one_of':
      yield* domain.values;
      return;
    case 'either':
      for (const option of domain.options) yield* valuesOf(option);
      return;
    case 'set':
      yield* subsets([...valuesOf(domain.of)] as Json[]);
      return;
    case 'records':
      yield* smallSets([...valuesOf(domain.of)] as Json[]);
      return;
    case 'record':
      yield* records(domain.fields, 0);
  }
}

function* records(fields: readonly (readonly [string, Domain])[], from: number): Generator<Json> {
  const field = fields[from];
  if (!field) {
    yield {};
    return;
  }
  const [name, domain] = field;
  for (const value of valuesOf(domain)) {
    for (const rest of records(fields, from + 1)) {
      yield value === undefined ? rest : { [name]: value, ...(rest as Record<string, Json>) };
    }
  }
}

function* subsets(values: readonly Json[]): Generator<Json> {
  const sorted = sortedRecords(values);
  for (let bits = 0; bits < 2 ** sorted.length; bits += 1) yield sorted.filter((_, index) => (bits >> index) & 1);
}

/** The sorted sets of at most two of these values. */
export function* smallSets(values: readonly Json[]): Generator<Json[]> {
  yield [];
  for (const value of values) yield [value];
  // There are many pairs of few values: each is written once to be sorted by.
  const texts = values.map((value) => JSON.stringify(value));
  for (const [index, value] of values.entries()) {
    const text = texts[index] ?? '';
    for (const [after, other] of values.slice(index + 1).entries()) {
      yield text < (texts[index + 1 + after] ?? '') ? [value, other] : [other, value];
    }
  }
}

/** The order of a list in a fact vector. */
export function sortedRecords(values: readonly Json[]): Json[] {
  const texts = values.map((value) => [JSON.stringify(value), value] as const);
  return texts.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
