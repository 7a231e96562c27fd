import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { transact, type Tx, type Written } from '../transact.ts';
import { ApiKey } from './entity.ts';
import { findKey } from './find-key.ts';

/**
 * Revokes an API key at once. Revoking it again changes nothing.
 * @throws SparkgateError `conflict` for the last way in
 */
export async function revokeKey(ctx: Context, id: string): Promise<Written<null>> {
  await authorizeKey(ctx, 'manage_api_keys', []);
  return transact(ctx, {}, async (tx) => {
    const key = await findKey(tx, id);
    if (key.revokedAt) return { result: null, audit: 'unchanged' };
    if (isWayIn(key)) await requireAnother(tx, id);
    await tx.em.nativeUpdate(ApiKey, { id }, { revokedAt: tx.at });
    return { result: null, audit: [{ event: 'api_key.revoked', subject: { type: 'api_key', id } }] };
  });
}

/** Whether a key can make others for as long as it is not revoked. The database guards the last of them as well. */
function isWayIn({ permissions, bcIds, expiresAt }: ApiKey): boolean {
  return permissions.includes('admin') && bcIds == null && expiresAt == null;
}

async function requireAnother(tx: Tx, id: string): Promise<void> {
  const lasting = await tx.em.find(ApiKey, { revokedAt: null, expiresAt: null, bcIds: null, id: { $ne: id } });
  if (lasting.some((key) => isWayIn(key))) return;
  throw new SparkgateError(
    'conflict',
    'This is the last API key with the permission admin that is not confined and does not expire. Make another first.',
  );
}
