import { rfc3339 } from '../sql.ts';
import type { Scope } from '../vocabulary.ts';

/** A TikTok account that a Business Center holds a grant on. */
export interface GrantedAccount {
  tiktok_account_id: string;
  handle: string | null;
  display_name: string | null;
  scopes: Scope[];
  granted_at: string;
}

/** The current grants of the Business Center `$1`. */
export const GRANTED_ACCOUNT = `
  select g.tiktok_account_id, t.handle, t.display_name, g.scopes, ${rfc3339('g.valid_from')} as granted_at
  from account_grant g join tiktok_account t on t.id = g.tiktok_account_id
  where g.bc_id = $1 and g.valid_to is null`;
