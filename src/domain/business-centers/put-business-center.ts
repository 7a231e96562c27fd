import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { businessCenterGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { requiredWhenNew } from '../required-when-new.ts';
import { transact, type Written } from '../transact.ts';
import { BusinessCenter } from './entity.ts';
import type { BusinessCenterBody } from './schemas.ts';

/** Makes a Business Center known, or renames it. */
export async function putBusinessCenter(
  ctx: Context,
  bcId: string,
  body: z.infer<typeof BusinessCenterBody>,
): Promise<Written<null>> {
  await authorizeKey(ctx, 'write_relationships', [bcId]);
  return transact(ctx, { takes: [businessCenterGate(bcId)] }, async (tx) => {
    const known = await tx.em.findOne(BusinessCenter, { bcId });
    await requireMatch(ctx, tx.query, known?.version, {
      trail: { type: 'business_center', id: bcId },
      events: ['business_center.put'],
    });
    const name = body.name ?? known?.name;
    if (name === undefined) throw requiredWhenNew('name');
    if (known?.name === name) return { result: null, audit: 'unchanged' };
    const before = known && { name: known.name };
    if (known) known.name = name;
    else tx.em.create(BusinessCenter, { bcId, name });
    const subject = { type: 'business_center', id: bcId };
    return { result: null, audit: [{ event: 'business_center.put', subject, bcId, before, after: { name } }] };
  });
}
