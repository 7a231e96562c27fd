import type { TestApp } from './app.ts';

/** A new API key with these permissions, confined to these Business Centers if any are named. */
export async function newKey(
  app: TestApp,
  permissions: string[],
  bcIds?: string[],
): Promise<{ id: string; key: string }> {
  const body = { name: permissions.join(' '), permissions, ...(bcIds && { bc_ids: bcIds }) };
  const { status, body: made } = await app.call('POST', '/v1/api-keys', { body });
  if (status !== 201) throw new Error(`key: ${status} ${JSON.stringify(made)}`);
  return { id: made.id, key: made.key };
}
