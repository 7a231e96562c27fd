import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { endingAt } from '../moment.ts';
import { transact, type Written } from '../transact.ts';
import { ApiKey } from './entity.ts';
import { formatKey, hashSecret, newSecret } from './key-format.ts';
import type { ApiKeyBody } from './schemas.ts';
import { viewOfKey, type ApiKeyView } from './view.ts';

/** A new key with its text, which is shown this once. */
export interface CreatedKey extends ApiKeyView {
  key: string;
}

/** Makes an API key. @throws SparkgateError `unprocessable` for one that would be expired from the start */
export async function createKey(ctx: Context, body: ApiKeyBody): Promise<Written<CreatedKey>> {
  await authorizeKey(ctx, 'manage_api_keys', []);
  return transact(ctx, {}, async (tx) => {
    const secret = newSecret();
    const bcIds = body.bc_ids ?? null;
    const expiresAt = body.expires_at == null ? null : endingAt(body.expires_at, tx.at, '/expires_at');
    const id = await tx.em.insert(ApiKey, {
      name: body.name,
      secretHash: hashSecret(secret),
      permissions: body.permissions,
      bcIds,
      expiresAt,
      createdAt: tx.at,
      createdBy: tx.by,
    });
    const view = viewOfKey(await tx.em.findOneOrFail(ApiKey, { id }));
    const after = { name: view.name, permissions: view.permissions, bc_ids: bcIds, expires_at: view.expires_at };
    return {
      result: { ...view, key: formatKey(view.id, secret) },
      audit: [{ event: 'api_key.created', subject: { type: 'api_key', id: view.id }, after }],
    };
  });
}
