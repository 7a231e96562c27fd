import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { entityGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { Entity } from './entity.ts';

/** Forgets an entity. The audit trail keeps what it was. */
export async function removeEntity(ctx: Context, type: string, id: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  return transact(ctx, { takes: [entityGate(type, id)] }, async (tx) => {
    const known = await tx.em.findOne(Entity, { type, id });
    await requireMatch(ctx, tx.query, known?.version, {
      trail: { type, id },
      events: ['entity.put', 'entity.removed'],
    });
    if (!known) return { result: null, audit: 'unchanged' };
    const before = { attributes: known.attributes };
    await tx.em.nativeDelete(Entity, { type, id });
    return { result: null, audit: [{ event: 'entity.removed', subject: { type, id }, before }] };
  });
}
