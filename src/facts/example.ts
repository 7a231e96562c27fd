import { z } from 'zod';
import { factsWith, type AnyFact, type Facts, type Values } from './kind.ts';
import { factValues, valuesOf } from './values.ts';

/** A vector in which every fact has a value, and elements of lists one with values and one without. */
function exampleOf(facts: Facts): Values {
  return Object.fromEntries(Object.entries(facts).map(([name, it]) => [name, valueOf(it)]));
}

/** Vectors in which every value of every fact stands once at least. */
export function examplesOf(facts: Facts): Values[] {
  const base = exampleOf(facts);
  const others = Object.entries(facts).flatMap(([name, it]) =>
    othersOf(it).map((value) => ({ ...base, [name]: value })),
  );
  return [base, ...others];
}

function othersOf(it: AnyFact): unknown[] {
  switch (it.sort) {
    case 'fact':
      return [...factValues(it)];
    case 'record':
      return [...(it.none === null ? [null] : []), ...examplesOf(it.parts)];
    case 'list':
      return it.sorts.map((sort) => elementsOf(it.each, sort));
  }
}

/** Elements of one sort: what it has several values of takes each, the others stay as they are. */
function elementsOf(each: Facts, sort: Values): Values[] {
  const base = ofSort(each, sort);
  const others = Object.entries(each).flatMap(([name, it]) => {
    const own = sort[name];
    if (own !== undefined && !(own instanceof z.ZodType)) return [];
    const values = own instanceof z.ZodType ? valuesOf(own) : othersOf(it);
    return values.map((value) => ({ ...base, [name]: value }));
  });
  return [base, ...others];
}

function valueOf(it: AnyFact): unknown {
  switch (it.sort) {
    case 'fact':
      return factValues(it).findLast((value) => value !== null);
    case 'record':
      return exampleOf(it.parts);
    case 'list':
      return [...it.sorts.map((sort) => ofSort(it.each, sort)), factsWith(it.each, {})];
  }
}

/** An element of a sort; where that has several values of a fact, by one. */
function ofSort(each: Facts, sort: Values): Values {
  const own = Object.entries(sort).filter(([name]) => Object.hasOwn(each, name));
  const plain = own.map(([name, it]) => [name, it instanceof z.ZodType ? last(it) : it] as const);
  return { ...exampleOf(each), ...Object.fromEntries(plain) };
}

const last = (schema: z.ZodType): unknown => valuesOf(schema).findLast((value) => value !== null);
