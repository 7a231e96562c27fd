import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { entityGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { transact, type Written } from '../transact.ts';
import { Entity } from './entity.ts';
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
    requireMatch(ctx, known?.version);
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

/** The kind's own policies say what does not fit. */
async function requireFit(ctx: Context, type: string, attributes: Record<string, unknown>): Promise<void> {
  const complaints = await ctx.authorizer.attributes(type, attributes);
  if (complaints === 'stored elsewhere') {
    throw new SparkgateError('invalid_request', (say) => say.details.ownEndpoints(type));
  }
  if (complaints.length === 0) return;
  const closed = complaints.some(({ path, message }) => path === '/' && /'(?:action|context)'/.test(message));
  const hint = closed ? ' Every check brings action and context: the schema has to admit both.' : '';
  throw new SparkgateError('invalid_request', `The attributes do not fit the schema of ${type}.${hint}`, {
    errors: complaints.map(({ path, message }) => ({ pointer: `/attributes${path === '/' ? '' : path}`, message })),
  });
}
