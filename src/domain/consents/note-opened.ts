import type { AccessRequest } from '../access-requests/entity.ts';
import { AuditEntry } from '../audit/entity.ts';
import { actorName, type Context } from '../context.ts';
import { requestGate } from '../gates.ts';
import { transact } from '../transact.ts';

/** The audit trail tells who opened a consent link: the first time of each, so that looking again writes nothing. */
export async function noteOpened(ctx: Context, { id, bcId }: Pick<AccessRequest, 'id' | 'bcId'>): Promise<void> {
  const subject = { type: 'access_request', id };
  const entry = {
    event: 'access_request.opened',
    subjectType: subject.type,
    subjectId: id,
    actor: actorName(ctx.actor),
  };
  if ((await ctx.orm.em.fork().count(AuditEntry, entry)) > 0) return;
  await transact(ctx, { takes: [requestGate(id)] }, async (tx) => {
    const noted = (await tx.em.count(AuditEntry, entry)) > 0;
    return { result: null, audit: noted ? 'unchanged' : [{ event: entry.event, subject, bcId }] };
  });
}
