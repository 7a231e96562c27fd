import { createRoute, z } from '@hono/zod-openapi';
import { KINDS_OF_THIS_SERVICE } from '../../decision/bundle.ts';
import { putEntity } from '../../domain/entities/put-entity.ts';
import { readEntities, readEntity } from '../../domain/entities/read-entities.ts';
import { removeEntity } from '../../domain/entities/remove-entity.ts';
import { EntityBody } from '../../domain/entities/schemas.ts';
import { PageQuery } from '../../domain/page.ts';
import { OutsideId } from '../../domain/vocabulary.ts';
import { STORED_KINDS } from '../../facts/kinds.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Revision, SECURED } from './answers.ts';

const PATH = '/v1/entities/{type}/{id}';
const Entity = z
  .object({ type: z.string(), id: z.string(), attributes: z.record(z.string(), z.unknown()) })
  .openapi('Entity');
const entity = z.object({ type: Param.type, id: Param.id });
/** As any, to whoever reads the document: {@link putEntity} refuses the others by what they are. */
const StorableType = OutsideId.meta({
  ...OutsideId.meta(),
  not: { enum: [...Object.keys(STORED_KINDS), ...KINDS_OF_THIS_SERVICE] },
});
const common = { tags: ['Facts'], security: SECURED };

/** Entities of kinds that only policies know, and attributes of users. */
export const entities = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/entities/{type}',
      operationId: 'listEntities',
      summary: 'The stored entities of a type',
      request: { params: z.object({ type: Param.type }), query: PageQuery },
      responses: answers(page(Entity), 'A page of entities, in the order of their ids'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => readEntities(ctx, c.req.valid('param').type, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: PATH,
      operationId: 'getEntity',
      summary: 'One stored entity',
      request: { params: entity },
      responses: answersFact(Entity),
    }),
    async (c) => {
      const { type, id } = c.req.valid('param');
      return c.json(tagged(c, await readEntity(contextOf(c), type, id)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: PATH,
      operationId: 'putEntity',
      summary: 'Store an entity with its attributes, or replace them',
      middleware: jsonBody(),
      request: { params: entity.extend({ type: StorableType }), body: body(EntityBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const { type, id } = c.req.valid('param');
      return c.json(stored(c, await changeOnce(c, async (ctx) => putEntity(ctx, type, id, c.req.valid('json')))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: PATH,
      operationId: 'deleteEntity',
      summary: 'Forget an entity',
      request: { params: entity },
      responses: empties('Not stored (any more)'),
    }),
    async (c) => {
      const { type, id } = c.req.valid('param');
      acknowledge(c, await changeOnce(c, async (ctx) => removeEntity(ctx, type, id)));
      return c.body(null, 204);
    },
  );
