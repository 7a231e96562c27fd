import { createRoute, z } from '@hono/zod-openapi';
import { PageQuery } from '../../domain/page.ts';
import { putUser } from '../../domain/users/put-user.ts';
import { readUser, readUsers } from '../../domain/users/read-users.ts';
import { UserBody } from '../../domain/users/schemas.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, page, Param, Revision, SECURED } from './answers.ts';

const User = z
  .object({ id: z.string(), display_name: z.string().nullable(), email: z.string().nullable() })
  .openapi('User');
const user = z.object({ id: Param.id });
const common = { tags: ['Facts'], security: SECURED };

/** What TikTok for Business users are called. */
export const users = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/users',
      operationId: 'listUsers',
      summary: 'The users of whom a name is stored; for a confined key, members of its Business Centers',
      request: { query: PageQuery },
      responses: answers(page(User), 'A page, in the order of their ids'),
    }),
    async (c) => c.json(await reading(c, async (ctx) => readUsers(ctx, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/users/{id}',
      operationId: 'getUser',
      summary: 'What one user is called',
      request: { params: user },
      responses: answersFact(User),
    }),
    async (c) => c.json(tagged(c, await readUser(contextOf(c), c.req.valid('param').id)), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/users/{id}',
      operationId: 'putUser',
      summary: 'Tell what a user is called',
      middleware: jsonBody(),
      request: { params: user, body: body(UserBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      return c.json(stored(c, await changeOnce(c, async (ctx) => putUser(ctx, id, c.req.valid('json')))), 200);
    },
  );
