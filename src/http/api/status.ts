import { createRoute, z } from '@hono/zod-openapi';
import { authorizeKey } from '../../domain/authorize.ts';
import { contextOf, router } from '../validation.ts';
import { answers, SECURED } from './answers.ts';

const Source = z.enum(['POLICY_DIR', 'apply', 'rollback', 'CERBOS_TARGET']);
const Policy = z.object({
  policy: z.string(),
  suite: z.string().nullable(),
  admitted: z.boolean(),
  since: z.string(),
  source: Source,
  previous: z.string().nullable(),
  swaps: z.int(),
  refusals: z.int(),
  last_refusal: z
    .object({
      at: z.string(),
      source: Source,
      policy: z.string().nullable(),
      suite: z.string().nullable(),
      over: z.enum(['folder', 'compile', 'tests', 'invariants', 'start']),
      message: z.string(),
      standing: z.boolean(),
    })
    .nullable(),
});
const Status = z
  .object({
    ready: z.boolean(),
    version: z.string(),
    since: z.string(),
    prepared: z.boolean(),
    draining: z.boolean(),
    database: z.object({
      answers: z.boolean(),
      writable: z.boolean(),
      version: z.string().nullable(),
      schema_known: z.boolean().nullable(),
      embedded: z.boolean(),
      revision: z.string().nullable(),
    }),
    pdp: z.object({ answers: z.boolean(), version: z.string().nullable(), embedded: z.boolean() }),
    policy: Policy,
    counters: z.object({
      facts_statements: z.int(),
      pdp_calls: z.int(),
      pdp_questions: z.int(),
      memo_hits: z.int(),
      memo_entries: z.int(),
      replica_reads: z.int(),
      replica_behind: z.int(),
      replica_failed: z.int(),
    }),
  })
  .openapi('Status');

/** The whole state of the service, for unconfined keys that audit or administer. */
export const status = router().openapi(
  createRoute({
    tags: ['Health'],
    security: SECURED,
    method: 'get',
    path: '/v1/status',
    operationId: 'getStatus',
    summary: 'The whole state of the service: its parts, the policies that decide or were refused, what it counts',
    responses: answers(Status, 'The state; `ready` is what `/readyz` says'),
  }),
  async (c) => {
    await authorizeKey(contextOf(c), 'read_status', [null]);
    c.header('Cache-Control', 'no-store');
    return c.json(await c.get('services').status(), 200);
  },
);
