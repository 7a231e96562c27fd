import type { Tx } from './transact.ts';

/** What closing a relationship row writes. */
export function closing(tx: Tx): { validTo: Date; endedBy: string; endedAt: string } {
  return { validTo: tx.at, endedBy: tx.by, endedAt: tx.revision };
}

/** What opening a relationship row writes. */
export function opening(tx: Tx): { validFrom: Date; begunBy: string; begunAt: string } {
  return { validFrom: tx.at, begunBy: tx.by, begunAt: tx.revision };
}
