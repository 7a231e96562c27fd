import type { Point } from '@sparkgate/policy-workbench/space/point';
import type { Naming } from './request-variants.ts';

/** One action on one kind that some gain, or lose. */
export interface Change {
  kind: string;
  action: string;
  direction: 'gain' | 'loss';
  subject: readonly [one: string, many: string];
  resource: readonly [one: string, many: string];
  /** What a caller has to name for the difference to show; empty: whatever is named. */
  naming: readonly string[];
  /** It takes the subject's role in some ad account, or to name an ad account at all. */
  somewhere: boolean;
  /** Null: whoever comes, nobody counts them. */
  counts: { pairs: number; subjects: number; resources: number } | null;
  centers: readonly { bc_id: string; pairs: number }[];
  names: readonly { subject: string; resource: string }[];
  rules: readonly string[];
  /** Situations that show it. */
  points: readonly Point[];
}

/** A change whose pairs are still to be counted. */
export interface Draft {
  change: Omit<Change, 'counts' | 'centers' | 'names'>;
  groups: ReadonlyMap<string, { pairs: number | null; point: Point }>;
  /** All that shows it where it is named. */
  namings: readonly Naming[];
}
