import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { entityGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { Entity } from './entity.ts';
import { requireFit } from './require-fit.ts';
import type { EntityBody } from './schemas.ts';

/** Stores an entity with its attributes, which have to fit the kind's policy schema where there is one. */
export async function putEntity(
  ctx: Context,
  type: string,
  id: string,
  { attributes }: z.infer<typeof EntityBody>,
): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  await requireFit(ctx, type, attributes);
  return transact(ctx, { takes: [entityGate(type, id)] }, async (tx) => {
    const known = await tx.em.findOne(Entity, { type, id });
    await requireMatch(ctx, tx.query, known?.version, {
      trail: { type, id },
      events: ['entity.put', 'entity.removed'],
    });
    if (known && isDeepStrictEqual(known.attributes, attributes)) return { result: null, audit: 'unchanged' };
    const before = known && { attributes: known.attributes };
    if (known) known.attributes = attributes;
    else tx.em.create(Entity, { type, id, attributes });
    return {
      result: null,
      audit: [{ event: 'entity.put', subject: { type, id }, before, after: { attributes } }],
    };
  });
}
