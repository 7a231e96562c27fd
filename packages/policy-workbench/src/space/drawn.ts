import type { Json } from '@sparkgate/cerbos-policies/json';
import { sortedRecords, type Domain } from './finite-domain.ts';

/** A value drawn at random, with up to three records in a list. @param random draws from [0, 1) */
export function drawn(domain: Domain, random: () => number): Json | undefined {
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  switch (domain.sort) {
    case 'one_of':
      return one(domain.values);
    case 'either':
      return drawn(one(domain.options), random);
    case 'set':
    case 'records': {
      const several = Array.from({ length: Math.floor(random() * 4) }, () => drawn(domain.of, random) as Json);
      return sortedRecords([...new Map(several.map((it) => [JSON.stringify(it), it])).values()]);
    }
    case 'record': {
      const fields = domain.fields.map(([name, it]) => [name, drawn(it, random)] as const);
      return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Json;
    }
  }
}
