import { createRoute, z } from '@hono/zod-openapi';
import { freeze } from '../../domain/freezes/freeze.ts';
import { readFreeze, readFreezes } from '../../domain/freezes/read-freezes.ts';
import { FreezeBody } from '../../domain/freezes/schemas.ts';
import { unfreeze } from '../../domain/freezes/unfreeze.ts';
import { PageQuery } from '../../domain/page.ts';
import { FreezeAuthority, FrozenKind } from '../../domain/vocabulary.ts';
import { changeOnce } from '../idempotency.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { acknowledge, contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Revision, SECURED } from './answers.ts';

const FreezeOf = z.object({
  authority: FreezeAuthority,
  reason: z.string(),
  until: z.string().nullable(),
  since: z.string(),
  by: z.string(),
});
const Freeze = FreezeOf.extend({ kind: FrozenKind, id: z.string(), also: z.array(FreezeOf) }).openapi('Freeze');

const thing = z.object({ kind: FrozenKind, id: Param.id });
const common = { tags: ['Freezes'], security: SECURED };

/** The incident switch (R13): what is frozen, and freezing and lifting it. */
export const freezes = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/freezes',
      operationId: 'listFreezes',
      summary: 'What is frozen',
      request: { query: PageQuery },
      responses: answers(page(Freeze), 'A page, in the order of kinds and ids'),
    }),
    async (c) => c.json(await reading(c, async (ctx) => readFreezes(ctx, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/freezes/{kind}/{id}',
      operationId: 'getFreeze',
      summary: 'The freeze of one thing',
      request: { params: thing },
      responses: answersFact(Freeze),
    }),
    async (c) => c.json(tagged(c, await readFreeze(contextOf(c), c.req.valid('param'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/freezes/{kind}/{id}',
      operationId: 'putFreeze',
      summary: 'Freeze a Business Center, a TikTok account or an ad account, or change the freeze',
      middleware: jsonBody(),
      request: { params: thing, body: body(FreezeBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const written = changeOnce(c, async (ctx) => freeze(ctx, c.req.valid('param'), c.req.valid('json')));
      return c.json(stored(c, await written), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/freezes/{kind}/{id}',
      operationId: 'deleteFreeze',
      summary: 'Lift a freeze',
      request: { params: thing },
      responses: empties('Not frozen (any more)'),
    }),
    async (c) => {
      acknowledge(c, await changeOnce(c, async (ctx) => unfreeze(ctx, c.req.valid('param'))));
      return c.body(null, 204);
    },
  );
