import { z } from 'zod';
import type { Fact, Facts, Values } from './kind.ts';

/** All values that a plain fact can have; of lists, every set. @throws Error of a schema that leaves something open */
export function valuesOf(schema: z.ZodType): unknown[] {
  if (schema instanceof z.ZodNullable) return [null, ...valuesOf(schema.unwrap() as z.ZodType)];
  if (schema instanceof z.ZodBoolean) return [true, false];
  if (schema instanceof z.ZodEnum) return schema.options;
  if (schema instanceof z.ZodArray) return subsets(valuesOf(schema.element as z.ZodType));
  throw new Error('a fact has a value of a closed set, or a list of such values');
}

/** All values of a fact that are told apart. */
export function factValues({ values, schema }: Pick<Fact, 'values' | 'schema'>): readonly unknown[] {
  return values ?? valuesOf(schema);
}

/** Every combination of values of plain facts. */
export function combinationsOf(facts: Facts): Values[] {
  return Object.entries(facts).reduce<Values[]>(
    (all, [name, { schema }]) => all.flatMap((it) => valuesOf(schema).map((value) => ({ ...it, [name]: value }))),
    [{}],
  );
}

/** Every set of these, the small ones first. */
export function subsets<T>(all: readonly T[]): T[][] {
  const found = all.reduce<T[][]>((sets, it) => sets.flatMap((set) => [set, [...set, it]]), [[]]);
  return found.toSorted((a, b) => a.length - b.length);
}
