import type { Query } from '../context.ts';
import type { Counts } from './stage.ts';

/** An import of so many lines joins whole tables. */
const BULK = 100_000;

/** Of fewer rows it does not matter how they are found. */
export const FEW_ROWS = 1000;

/**
 * How statements of an import find rows. PostgreSQL does not know how many there are: of rows that were written a moment
 * ago there are no statistics, and autovacuum, which sees no row of an import under way, notes meanwhile that the tables
 * it fills are empty.
 */
type Joins = 'any' | 'whole tables' | 'each by its index';

const SETTINGS: Record<Joins, { nestloop: 'on' | 'off'; hashjoin: 'on' | 'off'; seqscan: 'on' | 'off' }> = {
  any: { nestloop: 'on', hashjoin: 'on', seqscan: 'on' },
  'whole tables': { nestloop: 'off', hashjoin: 'on', seqscan: 'on' },
  'each by its index': { nestloop: 'on', hashjoin: 'off', seqscan: 'off' },
};

/** How the statements about all lines join. */
export function joinsOf(counts: Counts): Joins {
  return total(counts) >= BULK ? 'whole tables' : 'any';
}

/** How statements about a few of all the lines join. */
export function joinsOfSome(counts: Counts): Joins {
  return total(counts) >= FEW_ROWS ? 'each by its index' : 'any';
}

/** Sets how statements join from here to the end of the transaction; triggers keep the plans that they made before. */
export async function setJoins(query: Query, joins: Joins): Promise<void> {
  const settings = Object.entries(SETTINGS[joins]).map(([name, value]) => `set local enable_${name} = ${value};`);
  // A merge join over the first column of a key looks cheaper than it is: it compares every member of a Business Center
  // with every assignment in it.
  await query(`set local enable_mergejoin = off; ${settings.join(' ')} discard plans`, []);
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
