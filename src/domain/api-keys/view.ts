import type { KeyPermission } from '../vocabulary.ts';
import type { ApiKey } from './entity.ts';

/** An API key as the API shows it: never the secret. */
export interface ApiKeyView {
  id: string;
  name: string;
  permissions: KeyPermission[];
  bc_ids: string[] | null;
  created_at: string;
  revoked_at: string | null;
}

export function viewOfKey(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    permissions: key.permissions,
    bc_ids: key.bcIds ?? null,
    created_at: key.createdAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
