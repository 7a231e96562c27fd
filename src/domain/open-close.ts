import { raw, type RawQueryFragment } from '@mikro-orm/core';
import type { Tx } from './transact.ts';

/** What closing a relationship row writes. Should the clock have been set back, a row ends no earlier than it began. */
export function closing(tx: Tx): { validTo: RawQueryFragment; endedBy: string; endedWrite: string } {
  return { validTo: raw('greatest(valid_from, ?::timestamptz(3))', [tx.at]), endedBy: tx.by, endedWrite: tx.id };
}

/** What opening a relationship row writes. */
export function opening(tx: Tx): { validFrom: Date; begunBy: string; begunWrite: string } {
  return { validFrom: tx.at, begunBy: tx.by, begunWrite: tx.id };
}
