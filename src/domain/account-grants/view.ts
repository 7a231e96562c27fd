import type { Scope } from '../vocabulary.ts';
import type { AccountGrant } from './entity.ts';

/** An account grant as the API shows it. It does not expire. */
export interface GrantView {
  bc_id: string;
  tiktok_account_id: string;
  scopes: Scope[];
  granted_at: string;
  revoked_at: string | null;
}

export function viewOfGrant(
  grant: Pick<AccountGrant, 'bcId' | 'tiktokAccountId' | 'scopes' | 'validFrom' | 'validTo'>,
): GrantView {
  return {
    bc_id: grant.bcId,
    tiktok_account_id: grant.tiktokAccountId,
    scopes: grant.scopes,
    granted_at: grant.validFrom.toISOString(),
    revoked_at: grant.validTo?.toISOString() ?? null,
  };
}
