import { UNTOLD } from './comparison.ts';
import type { Impact } from './impact.ts';
import { NOT_ALL } from './spaces.ts';

/** How an edit is to be judged, the gravest first. */
export type Verdict =
  /** Somebody gains; without a database: something becomes allowed. */
  | 'gains'
  /** Nobody was found who gains, and it cannot be told for all. */
  | 'untold'
  /** Nobody gains, and somebody loses; without a database: something becomes denied. */
  | 'loses'
  /** Something becomes allowed, and nobody who is there meets it today. */
  | 'widens'
  | 'nothing';

export function verdictOf(impact: Impact): Verdict {
  const { live, changes, spaces, gone } = impact;
  const isWider = spaces.some(({ gained }) => gained > 0);
  if (changes.some(({ direction }) => direction === 'gain') || (live === null && isWider)) return 'gains';
  if (isUntold(impact)) return 'untold';
  if (changes.length + gone.length > 0 || (live === null && spaces.length > 0)) return 'loses';
  return isWider ? 'widens' : 'nothing';
}

/** Whether it cannot be told for all what changes. */
export function isUntold({ live, notes }: Pick<Impact, 'live' | 'notes'>): boolean {
  // Without a database nobody speaks for what was not compared.
  return notes.some((note) => note.startsWith(UNTOLD) || (live === null && note.startsWith(NOT_ALL)));
}
