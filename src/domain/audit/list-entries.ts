import type { z } from 'zod';
import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { afterRowId, pageOf, PageQuery, type Page } from '../page.ts';
import { OutsideId } from '../vocabulary.ts';
import { AuditEntry } from './entity.ts';

export const AuditQuery = PageQuery.extend({ bc_id: OutsideId.optional() });
export type AuditQuery = z.infer<typeof AuditQuery>;

/** An audit entry as the API shows it. */
export interface AuditView {
  id: string;
  revision: string;
  at: string;
  actor: string;
  api_key: string | null;
  request_id: string | null;
  event: string;
  bc_id: string | null;
  subject: { type: string; id: string };
  before: unknown;
  after: unknown;
  flags: string[];
}

/** The audit trail, oldest first: of one Business Center, or of everything that the key may read. */
export async function listEntries(ctx: Context, { bc_id: bcId, ...page }: AuditQuery): Promise<Page<AuditView>> {
  await authorizeKey(ctx, 'read_audit', bcId === undefined ? [null] : [bcId]);
  const where = {
    ...(bcId === undefined ? {} : { bcId }),
    ...afterRowId(page),
  };
  const rows = await ctx.orm.em.fork().find(AuditEntry, where, { orderBy: { id: 'asc' }, limit: page.limit + 1 });
  return pageOf(rows, page.limit, (entry) => entry.id, view);
}

function view(entry: AuditEntry): AuditView {
  return {
    id: entry.id,
    revision: entry.revision,
    at: entry.at.toISOString(),
    actor: entry.actor,
    api_key: entry.apiKey ?? null,
    request_id: entry.requestId ?? null,
    event: entry.event,
    bc_id: entry.bcId ?? null,
    subject: { type: entry.subjectType, id: entry.subjectId },
    before: entry.before ?? null,
    after: entry.after ?? null,
    flags: entry.flags,
  };
}
