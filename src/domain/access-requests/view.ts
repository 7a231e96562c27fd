import type { AccessRequestStatus, Scope } from '../vocabulary.ts';
import type { AccessRequest } from './entity.ts';

/** An access request as the API shows it. Times are RFC 3339. */
export interface AccessRequestView {
  id: string;
  bc_id: string;
  status: AccessRequestStatus;
  scopes: Scope[];
  tiktok_account_id: string | null;
  requested_by: string;
  code: string;
  note: string | null;
  created_at: string;
  expires_at: string;
}

export function viewOfRequest(request: AccessRequest): AccessRequestView {
  return {
    id: request.id,
    bc_id: request.bcId,
    status: request.statusNow,
    scopes: request.scopes,
    tiktok_account_id: request.tiktokAccountId ?? null,
    requested_by: request.requestedBy,
    code: request.code,
    note: request.note ?? null,
    created_at: request.createdAt.toISOString(),
    expires_at: request.expiresAt.toISOString(),
  };
}
