import type { Audit, Tx } from '../transact.ts';
import { AccessRequest } from './entity.ts';

/** Ends the pending requests of somebody who is no administrator any more. */
export async function voidRequests(tx: Tx, bcId: string, requestedBy: string): Promise<Audit[]> {
  const pending = await tx.em.find(AccessRequest, { bcId, requestedBy, status: 'PENDING', expiresAt: { $gt: tx.at } });
  if (pending.length === 0) return [];
  const ids = pending.map((request) => request.id);
  await tx.em.nativeUpdate(
    AccessRequest,
    { id: { $in: ids }, status: 'PENDING' },
    { status: 'VOID', closedAt: tx.at, closedBy: tx.by, lastWrite: tx.id },
  );
  return ids.map((id) => ({ event: 'access_request.void', subject: { type: 'access_request', id }, bcId }));
}
