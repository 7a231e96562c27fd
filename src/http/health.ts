import { createRoute, z } from '@hono/zod-openapi';
import { router } from './validation.ts';

const Alive = z.object({ status: z.literal('ok') }).openapi('Alive');
const Ready = z
  .object({
    ready: z.boolean(),
    database: z.boolean(),
    pdp: z.boolean(),
    draining: z.boolean(),
    policy: z.string(),
    policy_since: z.string(),
    policy_source: z.enum(['POLICY_DIR', 'apply', 'rollback', 'CERBOS_TARGET']),
    policy_refusal: z
      .object({
        at: z.string(),
        source: z.enum(['POLICY_DIR', 'apply', 'rollback', 'CERBOS_TARGET']),
        policy: z.string().nullable(),
        over: z.enum(['folder', 'compile', 'tests', 'invariants', 'start']),
        message: z.string(),
        standing: z.boolean(),
      })
      .nullable(),
  })
  .openapi('Ready');
const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Whether the process lives, and whether it can decide. */
export const health = router()
  .openapi(
    createRoute({
      tags: ['Health'],
      method: 'get',
      path: '/healthz',
      summary: 'The process lives',
      responses: { 200: json(Alive, 'It does') },
    }),
    (c) => c.json({ status: 'ok' as const }, 200),
  )
  .openapi(
    createRoute({
      tags: ['Health'],
      method: 'get',
      path: '/readyz',
      summary: 'The database and the policy decision point answer',
      responses: { 200: json(Ready, 'Ready to decide'), 503: json(Ready, 'Not ready') },
    }),
    async (c) => {
      const readiness = await c.get('services').readiness();
      return readiness.ready ? c.json(readiness, 200) : c.json(readiness, 503);
    },
  );
