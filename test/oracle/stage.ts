import type { Names } from './names.ts';
import type { Service } from './send.ts';
import type { World } from './world.ts';

/** How much was looked at, by what it was: a history that decides nothing proves nothing. */
export interface Tally {
  checks: number;
  of: Map<string, number>;
}

/** A history under way: the service, and beside it what has to be true. */
export interface Stage extends Service {
  names: Names;
  world: World;
  /** Confined keys, by the number of Business Centers. */
  keys: Map<number, string>;
  tally: Tally;
  /** Hears of each difference between the two. */
  report: (difference: string) => void;
}

export function count({ of }: Tally, what: string): void {
  of.set(what, (of.get(what) ?? 0) + 1);
}
