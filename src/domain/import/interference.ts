import type { Tx } from '../transact.ts';

/**
 * Another write has changed what an import had brought, in a way in which its lines cannot be planned again: the import is
 * made anew.
 */
export class Interference extends Error {
  override readonly name = 'Interference';
}

/** @throws Interference where there is a row */
export async function requireNone(tx: Tx, text: string): Promise<void> {
  if ((await tx.query(`${text} limit 1`, [])).length > 0) throw new Interference();
}
