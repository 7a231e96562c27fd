import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { inTrails } from '../audit/in-trails.ts';
import { authorizeKey } from '../authorize.ts';
import { requireBusinessCenter } from '../business-centers/require-business-center.ts';
import type { Context } from '../context.ts';
import { adAccountGate } from '../gates.ts';
import { requireMatch } from '../precondition.ts';
import { requiredWhenNew } from '../required-when-new.ts';
import { transact, type Written } from '../transact.ts';
import { endRoles } from './end-roles.ts';
import { AdAccount } from './entity.ts';
import type { AdAccountBody } from './schemas.ts';

/**
 * Makes an ad account known, or changes its name or its Business Center. It need not belong to any: what belongs to
 * none, or is not known yet, takes a key that is not confined. Once it has left a Business Center, every role in it
 * ends; who had a role in an ad account of none keeps it when the ad account comes to one.
 */
export async function putAdAccount(
  ctx: Context,
  advertiserId: string,
  body: z.infer<typeof AdAccountBody>,
): Promise<Written<null>> {
  return transact(ctx, { takes: [adAccountGate(advertiserId)] }, async (tx) => {
    const known = await tx.em.findOne(AdAccount, { advertiserId });
    const from = known?.bcId ?? null;
    const bcId = body.bc_id === undefined ? from : body.bc_id;
    await authorizeKey(ctx, 'write_relationships', [from, bcId]);
    await requireMatch(ctx, tx.query, known?.version, {
      trail: { type: 'ad_account', id: advertiserId },
      events: ['ad_account.put'],
    });
    const name = body.name ?? known?.name;
    if (name === undefined) throw requiredWhenNew('name');
    if (bcId !== null) await requireBusinessCenter(tx, bcId);
    const before = known && { name: known.name, bc_id: from };
    const after = { name, bc_id: bcId };
    if (isDeepStrictEqual(before, after)) return { result: null, audit: 'unchanged' };
    const moved = from !== null && from !== bcId;
    const ended = moved ? await endRoles(tx, advertiserId, from) : [];
    if (known) tx.em.assign(known, { name, bcId });
    else tx.em.create(AdAccount, { advertiserId, name, bcId });
    const told = moved ? { ...after, roles_ended: ended.length } : after;
    const entry = { event: 'ad_account.put', subject: { type: 'ad_account', id: advertiserId }, before, after: told };
    return { result: null, audit: [...inTrails(entry, [from, bcId]), ...ended] };
  });
}
