import { createRoute, z } from '@hono/zod-openapi';
import { putLink } from '../../domain/account-links/put-link.ts';
import { removeLink } from '../../domain/account-links/remove-link.ts';
import { ScopesBody } from '../../domain/assignments/schemas.ts';
import { putTiktokAccount } from '../../domain/tiktok-accounts/put-tiktok-account.ts';
import { TiktokAccountBody } from '../../domain/tiktok-accounts/schemas.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { acknowledge, contextOf, router, stored } from '../validation.ts';
import { answers, body, empties, Param, Revision, SECURED } from './answers.ts';

const link = z.object({ id: Param.id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** TikTok accounts and the users whom they are linked to. */
export const tiktokAccounts = router()
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/tiktok-accounts/{id}',
      operationId: 'putTiktokAccount',
      summary: 'Make a TikTok account known, or change what is known of it',
      middleware: jsonBody(),
      request: { params: z.object({ id: Param.id }), body: body(TiktokAccountBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(stored(c, await putTiktokAccount(contextOf(c), c.req.valid('param').id, c.req.valid('json'))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/tiktok-accounts/{id}/links/{user_id}',
      operationId: 'putAccountLink',
      summary: 'Link an account to a TikTok for Business user, or change what the link carries',
      middleware: jsonBody(),
      request: { params: link, body: body(ScopesBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const { id, user_id: userId } = c.req.valid('param');
      return c.json(stored(c, await putLink(contextOf(c), id, userId, c.req.valid('json'))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/tiktok-accounts/{id}/links/{user_id}',
      operationId: 'deleteAccountLink',
      summary: 'End the link between an account and a user',
      request: { params: link },
      responses: empties('Not linked (any more)'),
    }),
    async (c) => {
      const { id, user_id: userId } = c.req.valid('param');
      acknowledge(c, await removeLink(contextOf(c), id, userId));
      return c.body(null, 204);
    },
  );
