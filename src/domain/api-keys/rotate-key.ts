import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';
import { transact, type Written } from '../transact.ts';
import type { CreatedKey } from './create-key.ts';
import { findKey } from './find-key.ts';
import { formatKey, hashSecret, newSecret } from './key-format.ts';
import type { RotationBody } from './schemas.ts';
import { viewOfKey } from './view.ts';

/**
 * Gives a key a new secret, which is shown this once. The secret of before counts for `overlap` seconds more, so that
 * no caller is locked out while the new one is brought to all of them; one from before that ends at once.
 * @throws SparkgateError `conflict` for a key that is revoked or expired
 */
export async function rotateKey(ctx: Context, id: string, { overlap }: RotationBody): Promise<Written<CreatedKey>> {
  await authorizeKey(ctx, 'manage_api_keys', []);
  return transact(ctx, {}, async (tx) => {
    const key = await findKey(tx, id);
    if (key.revokedAt || (key.expiresAt && key.expiresAt <= tx.at)) {
      throw new SparkgateError('conflict', (say) => say.details.keyOver);
    }
    const secret = newSecret();
    const previousSecretUntil = overlap === 0 ? null : new Date(tx.at.getTime() + overlap * 1000);
    tx.em.assign(key, {
      previousSecretHash: previousSecretUntil && key.secretHash,
      previousSecretUntil,
      secretHash: hashSecret(secret),
    });
    const view = viewOfKey(key);
    const after = { previous_secret_until: view.previous_secret_until };
    return {
      result: { ...view, key: formatKey(view.id, secret) },
      audit: [{ event: 'api_key.rotated', subject: { type: 'api_key', id }, after }],
    };
  });
}
