import { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { transact, type Written } from '../transact.ts';
import { ApiKey } from './entity.ts';

/** Revokes an API key at once. Revoking it again changes nothing. */
export async function revokeKey(ctx: Context, id: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'manage_api_keys', []);
  return transact(ctx, async (tx) => {
    const known = z.uuid().safeParse(id).success && (await tx.em.findOne(ApiKey, { id }));
    if (!known) throw new SparkgateError('not_found', 'There is no such API key.');
    const revoked = await tx.em.nativeUpdate(ApiKey, { id, revokedAt: null }, { revokedAt: tx.at });
    if (revoked === 0) return { result: null, audit: 'unchanged' };
    return { result: null, audit: [{ event: 'api_key.revoked', subject: { type: 'api_key', id } }] };
  });
}
