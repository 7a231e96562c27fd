import { KnownLimit } from '../domain/known-limit.ts';
import type { Orm } from './open.ts';

/** Writes the limits that the database guards. */
export async function writeLimits(orm: Orm, limits: Readonly<Record<string, number>>): Promise<void> {
  const rows = Object.entries(limits).map(([name, value]) => ({ name, value }));
  await orm.em.fork().upsertMany(KnownLimit, rows);
}
