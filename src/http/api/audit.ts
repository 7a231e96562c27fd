import { createRoute, z } from '@hono/zod-openapi';
import { AuditQuery, listEntries } from '../../domain/audit/list-entries.ts';
import { contextOf, router } from '../validation.ts';
import { answers, page, SECURED } from './answers.ts';

const Entry = z
  .object({
    id: z.string(),
    seq: z.string(),
    sealed_at: z.string(),
    revision: z.string(),
    at: z.string(),
    actor: z.string(),
    api_key: z.string().nullable(),
    request_id: z.string().nullable(),
    event: z.string(),
    bc_id: z.string().nullable(),
    subject: z.object({ type: z.string(), id: z.string() }),
    before: z.unknown(),
    after: z.unknown(),
    flags: z.array(z.string()),
  })
  .openapi('AuditEntry');

/** Who did what, when. */
export const audit = router().openapi(
  createRoute({
    tags: ['Audit'],
    security: SECURED,
    method: 'get',
    path: '/v1/audit',
    operationId: 'listAuditEntries',
    summary: 'The audit trail, oldest first',
    request: { query: AuditQuery },
    responses: answers(page(Entry), 'A page'),
  }),
  async (c) => c.json(await listEntries(contextOf(c), c.req.valid('query')), 200),
);
