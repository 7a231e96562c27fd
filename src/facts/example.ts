import { z } from 'zod';
import { factsWith, type AnyFact, type Facts, type Values } from './kind.ts';
import { valuesOf } from './values.ts';

/** A vector in which every fact has a value, and elements of lists one with values and one without. */
export function exampleOf(facts: Facts): Values {
  return Object.fromEntries(Object.entries(facts).map(([name, it]) => [name, valueOf(it)]));
}

function valueOf(it: AnyFact): unknown {
  switch (it.sort) {
    case 'fact':
      return last(it.schema);
    case 'record':
      return exampleOf(it.parts);
    case 'list':
      return [...it.sorts.map((sort) => ({ ...exampleOf(it.each), ...plainly(sort) })), factsWith(it.each, {})];
  }
}

/** A sort by values: where it has several, by one. */
function plainly(sort: Values): Values {
  const plain = ([name, it]: [string, unknown]): [string, unknown] => [name, it instanceof z.ZodType ? last(it) : it];
  return Object.fromEntries(Object.entries(sort).map(plain));
}

const last = (schema: z.ZodType): unknown => valuesOf(schema).findLast((value) => value !== null);
