import type { Audit, Tx } from '../transact.ts';
import { requireStillSo } from './interference.ts';
import { passImports } from './pass-imports.ts';
import { requireSameEndings, type Since } from './same-endings.ts';
import type { Counts } from './stage.ts';

/**
 * Looks at what others wrote while an import was applied, behind the gate that all writes share: those before have
 * committed, and those after wait for the import and see it. What it has done has to be what it would do now; that its rows
 * do not lean on what was ended, the database looks at when it commits. It voids the requests of whom it demoted or removed.
 * @returns the requests: each an entry of the trail
 * @throws Interference where what was so already is so no more, a line would not be skipped now, or a replacement would end
 *   something else
 */
export async function settle(tx: Tx, counts: Counts, skippedOf: Counts, since: Since | null): Promise<Audit[]> {
  // What limits look at is locked before, since that takes longer.
  await tx.query('set constraints limits_at_commit immediate', []);
  await passImports(tx.query);
  await requireStillSo(tx, counts, skippedOf);
  if (since) await requireSameEndings(tx, since);
  const demotes = counts.member || since?.asked.scopes.includes('members');
  return demotes ? voidRequests(tx) : [];
}

/** Whoever is no administrator now has no pending request any more. */
async function voidRequests(tx: Tx): Promise<Audit[]> {
  const voided = await tx.query<{ id: string; bc_id: string }>(
    `update access_request r set status = 'VOID', closed_at = $1, closed_by = $2, last_write = $3
      where r.status = 'PENDING' and r.expires_at > $1 and not exists (
        select from member m where m.bc_id = r.bc_id and m.user_id = r.requested_by and m.valid_to is null
           and m.user_role = 'ADMIN')
      returning r.id, r.bc_id`,
    [tx.at, tx.by, tx.id],
  );
  return voided.map(({ id, bc_id: bcId }) => ({
    event: 'access_request.void',
    subject: { type: 'access_request', id },
    bcId,
  }));
}
