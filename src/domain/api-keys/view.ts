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
  expires_at: string | null;
  /** A day in UTC, `YYYY-MM-DD`. */
  last_used_on: string | null;
  /** Until when the secret of before the last rotation counts as well. */
  previous_secret_until: string | null;
}

export function viewOfKey(key: ApiKey): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    permissions: key.permissions,
    bc_ids: key.bcIds ?? null,
    created_at: key.createdAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_on: key.lastUsedOn ?? null,
    previous_secret_until: key.previousSecretUntil?.toISOString() ?? null,
  };
}
