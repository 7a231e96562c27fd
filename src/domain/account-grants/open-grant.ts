import { Assignment } from '../assignments/entity.ts';
import { endAssignments } from '../assignments/end-assignments.ts';
import { closing, opening } from '../open-close.ts';
import type { Audit, Tx } from '../transact.ts';
import { sortedSet, type Scope } from '../vocabulary.ts';
import { AccountGrant } from './entity.ts';

/**
 * Opens the account grant that an approved request makes. Where the Business Center already holds one, the new grant
 * carries both, and what members were assigned stays assigned: nothing was revoked.
 */
export async function openGrant(
  tx: Tx,
  asked: { bcId: string; tiktokAccountId: string; scopes: Scope[]; accessRequestId: string },
): Promise<{ grant: AccountGrant; audit: Audit[] }> {
  const { bcId, tiktokAccountId, accessRequestId } = asked;
  const held = await tx.em.findOne(AccountGrant, { bcId, tiktokAccountId, validTo: null });
  const scopes = sortedSet([...asked.scopes, ...(held?.scopes ?? [])]);
  const assignments = held ? await tx.em.find(Assignment, { grantId: held.id, validTo: null }) : [];
  if (held) {
    await tx.em.nativeUpdate(AccountGrant, { id: held.id, validTo: null }, closing(tx));
    await endAssignments(tx, { grantId: held.id });
  }
  const id = await tx.em.insert(AccountGrant, { bcId, tiktokAccountId, scopes, accessRequestId, ...opening(tx) });
  if (assignments.length > 0) {
    await tx.em.insertMany(
      Assignment,
      assignments.map(({ userId, scopes: assigned, selfAssigned }) => ({
        grantId: id,
        bcId,
        tiktokAccountId,
        userId,
        scopes: assigned,
        selfAssigned,
        ...opening(tx),
      })),
    );
  }
  const grant = await tx.em.findOneOrFail(AccountGrant, { id });
  const subject = { type: 'tiktok_account', id: tiktokAccountId };
  const before = held && { scopes: held.scopes };
  return { grant, audit: [{ event: 'account_grant.opened', subject, bcId, before, after: { scopes } }] };
}
