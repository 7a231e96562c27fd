import { z } from 'zod';
import type { Reason } from '../domain/errors.ts';

/**
 * What a fact hangs on, as parts of a check: it changes only with what is stored of these, and can be kept in memory by
 * their ids. `center` is the Business Center that the check names, or each that the subject has to do with.
 */
export type Part = 'subject' | 'resource' | 'center' | 'ad_account' | 'assignee';

/** What a subject is to the policies: a person, or a TikTok account that its owner signed in with. */
export type SubjectType = 'user' | 'tiktok_account';

/** Facts by name, as they stand together in a vector or in a part of one. */
export type Values = Readonly<Record<string, unknown>>;

/** A value that a fact might have, with those of facts beside it that come along. */
export interface Move {
  to: unknown;
  along?: Values;
}

/** A better value of a fact, and what is missing as long as it does not have it. */
export interface Better extends Move {
  lacks: readonly Reason[];
  /** The same moved less far, the least first: tried for the smallest change, and never for the reasons. */
  less?: readonly Move[];
}

/** One fact. */
export interface Fact<S extends z.ZodType = z.ZodType> {
  sort: 'fact';
  schema: S;
  on: readonly Part[];
  /** Its value where nothing is stored and nothing was sent. */
  none: unknown;
  /** Such a subject alone can have a better value; left out: any. */
  as?: SubjectType;
  /** Who could bring another value about, in words. */
  by: string;
  /** Its values from the least to the most, where there is such an order; those that say that nothing was named apart. */
  ladder?: readonly unknown[];
  /** It is looked at for what is missing only where no other fact helps. */
  later?: boolean;
  /** Its values, where its schema leaves more open than is ever told apart. */
  values?: readonly unknown[];
  read(from: never): unknown;
  better?(now: never, beside: Values): readonly Better[];
}

/** Facts about one thing: one that a check may name, which are null where it names none, or one that is always there. */
export interface FactRecord<P extends Facts = Facts, S extends z.ZodType = z.ZodType> {
  sort: 'record';
  schema: S;
  none: Values | null;
  parts: P;
  from(from: never): unknown;
}

/** Facts that may hold several times: each element is a path by itself. */
export interface FactList<P extends Facts = Facts, S extends z.ZodType = z.ZodType> {
  sort: 'list';
  schema: S;
  none: readonly [];
  each: P;
  /** Facts of each element that are sent where the policies' schema declares them. */
  optional: Facts;
  from(from: never): readonly unknown[];
  /** Such a subject alone can have better elements. */
  as: SubjectType;
  /** The sorts of elements that there are: what each has always, as a value, or as a schema of fewer values. */
  sorts: readonly Values[];
  /** The elements that could be better, the nearest first; the length of the list stands for a new one. */
  nearest(now: never): number[];
  /** What another type of subject would have in place of them. */
  instead: { as: SubjectType; element: Values; lacks: readonly Reason[] };
}

export type AnyFact = Fact | FactRecord | FactList;
export type Facts = { readonly [name: string]: AnyFact };

/** The values of some facts. */
export type VectorOf<F extends Facts> = z.infer<z.ZodObject<ShapeOf<F>>>;
type ShapeOf<F extends Facts> = { [K in keyof F]: F[K]['schema'] };

/** The schema of some facts together: nothing else, and nothing left out. */
export function schemaOf<F extends Facts>(facts: F): z.ZodObject<ShapeOf<F>, z.core.$strict> {
  const shape = Object.fromEntries(Object.entries(facts).map(([name, { schema }]) => [name, schema]));
  return z.strictObject(shape as ShapeOf<F>);
}

/** The schema of elements of several sorts. */
function oneOf<F extends Facts>(facts: F, sorts: readonly Values[]) {
  const variants = sorts.map((own) => {
    const shape = Object.entries(facts).map(([name, { schema }]) => [name, narrowed(schema, own[name])] as const);
    return z.strictObject(Object.fromEntries(shape));
  });
  return z.xor(variants) as unknown as ReturnType<typeof schemaOf<F>>;
}

function narrowed(schema: z.ZodType, to: unknown): z.ZodType {
  if (to === undefined) return schema;
  const own = to instanceof z.ZodType ? to : schemaOfValue(to);
  return own.describe(schema.description ?? '');
}

/** Nothing but a plain value, or an empty list. */
function schemaOfValue(value: unknown): z.ZodType {
  if (Array.isArray(value)) return z.array(z.string()).max(0);
  return value === null ? z.null() : z.literal(value as string | boolean);
}

/** Facts that are projected from `From`; what each means is written for authors of policies. */
export function factsFrom<From>() {
  return {
    /** Its values are those of the schema. */
    fact<S extends z.ZodType>(
      schema: S,
      it: {
        meaning: string;
        on: readonly Part[];
        none: z.infer<S>;
        as?: SubjectType;
        by: string;
        ladder?: readonly z.infer<S>[];
        later?: boolean;
        values?: readonly z.infer<S>[];
        read: (from: From) => z.infer<S>;
        better?: (now: z.infer<S>, beside: Values) => readonly Better[];
      },
    ): Fact<S> {
      const { meaning, ...rest } = it;
      return { sort: 'fact', schema: schema.describe(meaning), ...rest };
    },
    /** `from` gives what the parts are projected from; null where there is nothing. */
    record<P extends Facts>(parts: P, { meaning, from }: { meaning: string; from: (from: From) => unknown }) {
      const schema = schemaOf(parts).nullable().describe(meaning);
      return { sort: 'record', schema, none: null, parts, from } satisfies FactRecord;
    },
    /** A record that is never null. */
    always<P extends Facts>(parts: P, { meaning, from }: { meaning: string; from: (from: From) => unknown }) {
      const none = factsWith(parts, {});
      return { sort: 'record', schema: schemaOf(parts).describe(meaning), none, parts, from } satisfies FactRecord;
    },
    /** `from` gives what each element is projected from. */
    list<P extends Facts, O extends Facts>(
      each: P,
      it: Pick<FactList, 'as' | 'instead'> & {
        meaning: string;
        optional: O;
        sorts: readonly Partial<Record<keyof P | keyof O, unknown>>[];
        from: (from: From) => readonly unknown[];
        nearest: (now: readonly VectorOf<P>[]) => number[];
      },
    ) {
      const { meaning, ...rest } = it;
      const schema = z.array(oneOf<P>(each, it.sorts)).describe(meaning);
      return { sort: 'list', schema, none: [], each, ...rest } satisfies FactList;
    },
  };
}

/** Projects facts. */
export function readFacts<F extends Facts>(facts: F, from: unknown): VectorOf<F> {
  const values = Object.entries(facts).map(([name, it]) => [name, readFact(it, from)] as const);
  return Object.fromEntries(values) as VectorOf<F>;
}

function readFact(it: AnyFact, from: unknown): unknown {
  switch (it.sort) {
    case 'fact':
      return it.read(from as never);
    case 'record': {
      const of = it.from(from as never);
      return of == null ? null : readFacts(it.parts, of);
    }
    case 'list':
      return distinctSorted(it.from(from as never).map((of) => readFacts(it.each, of)));
  }
}

/** Whether the policies' schema declares something, by the names of what it stands in and its own. */
export type Declares = (...names: string[]) => boolean;

/** The facts that are sent: those that are given, and of the optional ones those that the policies' schema declares. */
export function withDeclared(given: Facts, optional: Facts, declares: Declares): Facts {
  const own = declaredAmong(optional, declares);
  const all = Object.entries(given).map(([name, it]): [string, AnyFact] => [
    name,
    it.sort === 'list'
      ? listWith(
          it,
          declaredAmong(it.optional, (fact) => declares(name, fact)),
        )
      : it,
  ]);
  const isMore = own.length > 0 || all.some(([name, it]) => it !== given[name]);
  return isMore ? Object.fromEntries([...all, ...own]) : given;
}

function declaredAmong(optional: Facts, declares: (name: string) => boolean): [string, AnyFact][] {
  return Object.entries(optional).filter(([name]) => declares(name));
}

function listWith(it: FactList, more: readonly (readonly [string, AnyFact])[]): FactList {
  if (more.length === 0) return it;
  const each = { ...it.each, ...Object.fromEntries(more) };
  return { ...it, each, schema: z.array(oneOf(each, it.sorts)).describe(it.schema.description ?? '') };
}

/**
 * The same values, with those of further facts where nothing is stored, and without those of facts that are not sent.
 * @param known all facts that there are: what is none of them stays
 */
export function fitted(facts: Facts, known: Facts, values: Values): Values {
  const all = Object.entries(facts).map(
    ([name, it]) => [name, fittedValue(it, known[name] ?? it, values[name])] as const,
  );
  const others = Object.entries(values).filter(([name]) => !Object.hasOwn(known, name));
  return { ...Object.fromEntries(others), ...Object.fromEntries(all) };
}

function fittedValue(it: AnyFact, known: AnyFact, value: unknown): unknown {
  if (value === undefined) return it.none;
  if (it.sort === 'list' && known.sort === 'list') {
    return (value as readonly Values[]).map((element) => fitted(it.each, known.each, element));
  }
  const isRecord = it.sort === 'record' && known.sort === 'record' && value !== null;
  return isRecord ? fitted(it.parts, known.parts, value as Values) : value;
}

/** Facts of which nothing is stored and nothing was sent, but for those that are given. */
export function factsWith<F extends Facts>(facts: F, given: Partial<VectorOf<F>>): VectorOf<F> {
  const none = Object.entries(facts).map(([name, it]) => [name, it.none] as const);
  return { ...Object.fromEntries(none), ...given } as VectorOf<F>;
}

/** Equal facts make equal vectors: the order of elements, and how many there are of a sort, tell nothing. */
export function distinctSorted<T extends object>(elements: readonly T[]): T[] {
  const byText = new Map(elements.map((element) => [JSON.stringify(element), element]));
  return [...byText.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, element]) => element);
}
