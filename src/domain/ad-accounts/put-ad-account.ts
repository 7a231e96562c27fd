import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import { requireBusinessCenter } from '../business-centers/require-business-center.ts';
import type { Context } from '../context.ts';
import { transact, type Written } from '../transact.ts';
import { AdAccount } from './entity.ts';
import type { AdAccountBody } from './schemas.ts';

/** Makes an ad account known, or changes its name and Business Center. It need not belong to any. */
export async function putAdAccount(
  ctx: Context,
  advertiserId: string,
  body: z.infer<typeof AdAccountBody>,
): Promise<Written<null>> {
  const bcId = body.bc_id ?? null;
  return transact(ctx, async (tx) => {
    const known = await tx.em.findOne(AdAccount, { advertiserId });
    await authorizeKey(ctx, 'write_relationships', known ? [known.bcId ?? null, bcId] : [bcId]);
    if (bcId !== null) await requireBusinessCenter(tx, bcId);
    if (known?.name === body.name && (known.bcId ?? null) === bcId) return { result: null, audit: 'unchanged' };
    const before = known && { name: known.name, bc_id: known.bcId ?? null };
    if (known) tx.em.assign(known, { name: body.name, bcId });
    else tx.em.create(AdAccount, { advertiserId, name: body.name, bcId });
    const subject = { type: 'ad_account', id: advertiserId };
    return {
      result: null,
      audit: [{ event: 'ad_account.put', subject, bcId, before, after: { name: body.name, bc_id: bcId } }],
    };
  });
}
