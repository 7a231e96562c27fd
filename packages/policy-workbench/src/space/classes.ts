import { ROLE, type Atom } from './atoms.ts';
import type { Outcome, Situation } from '@sparkgate/cerbos-policies/expressions';
import { sortedRecords } from './finite-domain.ts';
import type { Json } from '@sparkgate/cerbos-policies/json';
import { longerLists, tellingLengths } from './longer-lists.ts';

/** A value for each of some fields. */
export type Assignment = Readonly<Record<string, Json | undefined>>;

/** The values of a field that no atom tells apart, by one of them. */
export interface Classes {
  representatives: readonly (Json | undefined)[];
  /** The class of a value; undefined for a list unlike all that were looked at. */
  classOf: (value: Json | undefined) => number | undefined;
  /** Why not all lists that matter were looked at; null: the classes hold every value. */
  untried: string | null;
}

/** All values of every field; of a list of records, its single records. */
export type Values = ReadonlyMap<string, readonly (Json | undefined)[]>;

/** All lists of at most two records, made when they are first asked for: mostly no atom needs them. */
export type Lists = ReadonlyMap<string, () => readonly Json[]>;

/** More classes of lists than this are not made by adding records; then lists stay short. */
const MOST_LISTS = 4096;

/** What an expression is evaluated over. The principal has no attributes where the vector says all. */
export function situationOf({ [ROLE]: role, ...attr }: Assignment): Situation {
  return { R: { attr }, P: { attr: {}, roles: [role] }, role };
}

/** Every way to give these fields a value. */
export function* assignments(fields: readonly string[], values: Values): Generator<Assignment> {
  const [field, ...rest] = fields;
  if (field === undefined) {
    yield {};
    return;
  }
  for (const value of values.get(field) ?? []) {
    for (const others of assignments(rest, values)) yield { ...others, [field]: value };
  }
}

/** Parts the values of a plain field. `mark` adds what else tells two of them apart. */
export function plainClasses(
  field: string,
  {
    values,
    lists,
    atoms,
    mark,
  }: { values: Values; lists: Lists; atoms: readonly Atom[]; mark: (value: Json) => string },
): Classes {
  const all = values.get(field) ?? [];
  const rows = all.map((value) => mark(value as Json));
  for (const atom of atoms.filter(({ reads }) => reads.has(field))) {
    const others = [...atom.reads].filter((it) => it !== field);
    const whole = new Map([...values].map(([name, own]) => [name, listsFor(atom, own, lists.get(name))]));
    for (const other of assignments(others, whole)) {
      for (const [index, value] of all.entries()) {
        rows[index] += sign(atom.expression.evaluate(situationOf({ ...other, [field]: value })));
      }
    }
  }
  return byRow(all, rows);
}

/** Where an atom goes through a list record by record, single records tell all. */
function listsFor(atom: Atom, own: readonly (Json | undefined)[], short: (() => readonly Json[]) | undefined) {
  if (!short) return own;
  return atom.through ? [[], ...own.map((record) => [record as Json])] : short();
}

function byRow(values: readonly (Json | undefined)[], rows: readonly string[]): Classes {
  const numbers = new Map<string, number>();
  const representatives: (Json | undefined)[] = [];
  const known = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    const row = rows[index] ?? '';
    const number = numbers.get(row) ?? representatives.push(value) - 1;
    numbers.set(row, number);
    known.set(JSON.stringify(value), number);
  }
  return { representatives, classOf: (value) => known.get(JSON.stringify(value)), untried: null };
}

/**
 * Parts the lists of records. Where every atom goes through the list record by record, what is true of a list is what
 * is true of any of its records: lists of every length are covered. Otherwise lists of at most two are, and a few longer.
 */
export function listClasses(
  field: string,
  { values, lists, atoms }: { values: Values; lists: Lists; atoms: readonly Atom[] },
): Classes {
  const reading = atoms.filter(({ reads }) => reads.has(field));
  const traits = traitsOf(field, reading, values);
  const whole = reading.filter((atom) => !traits.covers.has(atom));
  const wholeRow = (list: Json): string =>
    whole
      .flatMap((atom) =>
        [
          ...assignments(
            [...atom.reads].filter((it) => it !== field),
            values,
          ),
        ].map((other) => sign(atom.expression.evaluate(situationOf({ ...other, [field]: list })))),
      )
      .join('');
  const numbers = new Map<string, number>();
  const representatives: Json[] = [];
  const row = (list: readonly Json[]): string =>
    `${list.reduce<bigint>((sum, record) => sum | traits.of(record), 0n)}:${whole.length === 0 ? '' : wholeRow(list)}`;
  const add = (list: readonly Json[]): void => {
    const key = row(list);
    if (numbers.has(key)) return;
    numbers.set(key, representatives.push(list) - 1);
  };
  const records = values.get(field) as Json[];
  const closed = whole.length === 0 && closeUnderUnion(records, traits.of, add);
  if (!closed) {
    for (const list of lists.get(field)?.() ?? []) add(list as readonly Json[]);
    const lengths = tellingLengths(whole.map(({ expression }) => expression.node));
    for (const list of longerLists(representatives as Json[][], { records, traits: traits.of, lengths })) add(list);
  }
  // Of two records there are no longer lists.
  const untried = closed || records.length <= 2 ? null : untriedOf(field, whole[0]);
  return { representatives, classOf: (value) => numbers.get(row(value as readonly Json[])), untried };
}

function untriedOf(field: string, whole: Atom | undefined): string {
  const why = whole
    ? `\`${whole.expression.text}\` looks at all of ${field} at once`
    : `too many lists of ${field} matter`;
  return `${why}, and only the short lists of ${field} were tried`;
}

/** What is true of each record, as bits; `covers` are the atoms that these bits say everything about. */
function traitsOf(field: string, atoms: readonly Atom[], values: Values) {
  const records = values.get(field) as Json[];
  const bits = new Map(records.map((record) => [JSON.stringify(record), 0n]));
  const covers = new Set<Atom>();
  let bit = 1n;
  for (const atom of atoms.filter(({ through }) => through?.field === field)) {
    const others = [
      ...assignments(
        [...atom.reads].filter((it) => it !== field),
        values,
      ),
    ];
    const results = others.map((other) =>
      records.map((record) => atom.expression.evaluate(situationOf({ ...other, [field]: [record] }))),
    );
    if (results.flat().some((it) => typeof it !== 'boolean')) continue;
    covers.add(atom);
    const tells = atom.through?.quantifier === 'some';
    for (const result of results) {
      for (const [index, record] of records.entries()) {
        const key = JSON.stringify(record);
        if (result[index] === tells) bits.set(key, (bits.get(key) ?? 0n) | bit);
      }
      bit <<= 1n;
    }
  }
  const of = (record: Json): bigint => {
    const found = bits.get(JSON.stringify(record));
    if (found === undefined) throw new Error(`not a record of ${field}: ${JSON.stringify(record)}`);
    return found;
  };
  return { of, covers };
}

/** Adds a list for everything that can be true of a list of any length, the shortest first; false when too many. */
function closeUnderUnion(records: readonly Json[], traits: (record: Json) => bigint, add: (list: Json[]) => void) {
  const distinct = [...new Map(records.toReversed().map((record) => [traits(record), record]))].toReversed();
  const reached = new Map<bigint, Json[]>([[0n, []]]);
  let latest: [bigint, Json[]][] = [[0n, []]];
  while (latest.length > 0) {
    const next: [bigint, Json[]][] = [];
    for (const [sum, list] of latest) {
      for (const [trait, record] of distinct) {
        if (reached.has(sum | trait)) continue;
        const longer = sortedRecords([...list, record]);
        reached.set(sum | trait, longer);
        next.push([sum | trait, longer]);
      }
    }
    if (reached.size > MOST_LISTS) return false;
    latest = next;
  }
  for (const list of reached.values()) add(list);
  return true;
}

const SIGNS = new Map<Outcome, string>([
  [true, '1'],
  [false, '0'],
  ['value', 'v'],
  ['error', 'e'],
]);
const sign = (outcome: Outcome): string => SIGNS.get(outcome) ?? '';
