import { createRoute, z } from '@hono/zod-openapi';
import { createKey, type CreatedKey } from '../../domain/api-keys/create-key.ts';
import { listKeys } from '../../domain/api-keys/list-keys.ts';
import { revokeKey } from '../../domain/api-keys/revoke-key.ts';
import { rotateKey } from '../../domain/api-keys/rotate-key.ts';
import { ApiKeyBody, RotationBody } from '../../domain/api-keys/schemas.ts';
import { SparkgateError } from '../../domain/errors.ts';
import { PageQuery } from '../../domain/page.ts';
import type { CarriedOut } from '../../domain/submissions/carry-out-once.ts';
import type { Written } from '../../domain/transact.ts';
import { KeyPermission } from '../../domain/vocabulary.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { once, onceInFull } from '../idempotency.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, body, creates, empties, page, Param, SECURED } from './answers.ts';

const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    permissions: z.array(KeyPermission),
    bc_ids: z.array(z.string()).nullable(),
    created_at: z.string(),
    revoked_at: z.string().nullable(),
    expires_at: z.string().nullable(),
    last_used_on: z.string().nullable(),
    previous_secret_until: z.string().nullable(),
  })
  .openapi('ApiKey');

const CreatedApiKey = ApiKey.extend({ key: z.string() }).openapi('CreatedApiKey');

const common = { tags: ['API keys'], security: SECURED };

const idOf = ({ id }: CreatedKey): string => id;

/** A secret is shown to whoever made it, and not again. @throws SparkgateError `conflict` that names the key */
function shown({ now, revision, result: id }: CarriedOut<CreatedKey, string>): Written<CreatedKey> {
  if (now) return { result: now, revision };
  throw new SparkgateError('conflict', (say) => say.details.keyMade(id));
}

/** The keys that services call with. */
export const apiKeys = router()
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/v1/api-keys',
      operationId: 'createApiKey',
      summary: 'Make an API key; the answer shows it once',
      middleware: jsonBody(),
      request: { body: body(ApiKeyBody) },
      responses: creates(CreatedApiKey, 'Made'),
    }),
    async (c) => {
      c.header('Cache-Control', 'no-store');
      const made = await once(c, async (ctx) => createKey(ctx, c.req.valid('json')), idOf);
      return c.json(acknowledge(c, shown(made)), 201);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/api-keys',
      operationId: 'listApiKeys',
      summary: 'All API keys, oldest first',
      request: { query: PageQuery },
      responses: answers(page(ApiKey), 'A page'),
    }),
    async (c) => c.json(await listKeys(contextOf(c), c.req.valid('query')), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/v1/api-keys/{id}/rotate',
      operationId: 'rotateApiKey',
      summary: 'Give an API key a new secret; the answer shows it once, and the one of before counts for a while',
      middleware: jsonBody(),
      request: { params: z.object({ id: Param.id }), body: body(RotationBody) },
      responses: answers(CreatedApiKey, 'Rotated'),
    }),
    async (c) => {
      c.header('Cache-Control', 'no-store');
      const { id } = c.req.valid('param');
      const made = await once(c, async (ctx) => rotateKey(ctx, id, c.req.valid('json')), idOf);
      c.get('services').keyRing.forget();
      return c.json(acknowledge(c, shown(made)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/api-keys/{id}',
      operationId: 'revokeApiKey',
      summary: 'Revoke an API key at once',
      request: { params: z.object({ id: Param.id }) },
      responses: empties('Revoked'),
    }),
    async (c) => {
      acknowledge(c, await onceInFull(c, async (ctx) => revokeKey(ctx, c.req.valid('param').id)));
      // The news of this write may come after the next call; other processes hear of it the usual way.
      c.get('services').keyRing.forget();
      return c.body(null, 204);
    },
  );
