import { createRoute, z } from '@hono/zod-openapi';
import { router } from './validation.ts';

const Alive = z.object({ status: z.literal('ok') }).openapi('Alive');
const Ready = z.object({ ready: z.boolean() }).openapi('Ready');
const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** Whether the process lives, and whether it can decide; `GET /v1/status` says more, to those who may know. */
export const health = router()
  .openapi(
    createRoute({
      tags: ['Health'],
      method: 'get',
      path: '/healthz',
      operationId: 'getHealth',
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
      operationId: 'getReadiness',
      summary: 'The service may be sent calls: its parts answer, the first data are in, and it is not about to end',
      responses: { 200: json(Ready, 'Ready to decide'), 503: json(Ready, 'Not ready') },
    }),
    async (c) => {
      const ready = await c.get('services').isReady();
      return c.json({ ready }, ready ? 200 : 503);
    },
  );
