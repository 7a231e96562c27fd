import { factsWith, type AnyFact, type Facts, type Values } from './kind.ts';
import { valuesOf } from './values.ts';

/** A vector in which every fact has a value, and elements of lists one with values and one without. */
export function exampleOf(facts: Facts): Values {
  return Object.fromEntries(Object.entries(facts).map(([name, it]) => [name, valueOf(it)]));
}

function valueOf(it: AnyFact): unknown {
  switch (it.sort) {
    case 'fact':
      return valuesOf(it.schema).findLast((value) => value !== null);
    case 'record':
      return exampleOf(it.parts);
    case 'list':
      return [exampleOf(it.each), factsWith(it.each, {}), factsWith(it.each, it.instead.element)];
  }
}
