import { createRoute, z } from '@hono/zod-openapi';
import { putLink } from '../../domain/account-links/put-link.ts';
import { readLink, readLinks } from '../../domain/account-links/read-links.ts';
import { removeLink } from '../../domain/account-links/remove-link.ts';
import { ScopesBody } from '../../domain/assignments/schemas.ts';
import { PageQuery } from '../../domain/page.ts';
import { putTiktokAccount } from '../../domain/tiktok-accounts/put-tiktok-account.ts';
import { readTiktokAccount, readTiktokAccounts } from '../../domain/tiktok-accounts/read-tiktok-accounts.ts';
import { TiktokAccountBody } from '../../domain/tiktok-accounts/schemas.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Revision, Scopes, SECURED } from './answers.ts';

const TiktokAccount = z
  .object({
    id: z.string(),
    handle: z.string().nullable(),
    display_name: z.string().nullable(),
    ad_authorization: z.boolean().nullable(),
    showcase: z
      .object({
        enabled: z.boolean(),
        sources: z.array(z.object({ shop_id: z.string(), products: z.enum(['ALL', 'SELECTED']) })),
      })
      .nullable(),
  })
  .openapi('TiktokAccount');
const AccountLink = z
  .object({ tiktok_account_id: z.string(), user_id: z.string(), scopes: Scopes })
  .openapi('AccountLink');

const account = z.object({ id: Param.id });
const link = z.object({ id: Param.id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** TikTok accounts and the users whom they are linked to. */
export const tiktokAccounts = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts',
      operationId: 'listTiktokAccounts',
      summary: 'The TikTok accounts; for a confined key, those that its Business Centers hold',
      request: { query: PageQuery },
      responses: answers(page(TiktokAccount), 'A page, in the order of their ids'),
    }),
    async (c) => c.json(await reading(c, async (ctx) => readTiktokAccounts(ctx, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts/{id}',
      operationId: 'getTiktokAccount',
      summary: 'One TikTok account',
      request: { params: account },
      responses: answersFact(TiktokAccount),
    }),
    async (c) => c.json(tagged(c, await readTiktokAccount(contextOf(c), c.req.valid('param').id)), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts/{id}/links',
      operationId: 'listAccountLinks',
      summary: 'The users whom an account is linked to',
      request: { params: account, query: PageQuery },
      responses: answers(page(AccountLink), 'A page, in the order of users'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => readLinks(ctx, c.req.valid('param').id, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts/{id}/links/{user_id}',
      operationId: 'getAccountLink',
      summary: 'The link between an account and one user',
      request: { params: link },
      responses: answersFact(AccountLink),
    }),
    async (c) => {
      const { id, user_id: userId } = c.req.valid('param');
      return c.json(tagged(c, await readLink(contextOf(c), id, userId)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/tiktok-accounts/{id}',
      operationId: 'putTiktokAccount',
      summary: 'Make a TikTok account known, or change what is known of it',
      middleware: jsonBody(),
      request: { params: account, body: body(TiktokAccountBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(
        stored(
          c,
          await changeOnce(c, async (ctx) => putTiktokAccount(ctx, c.req.valid('param').id, c.req.valid('json'))),
        ),
        200,
      );
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
      return c.json(stored(c, await changeOnce(c, async (ctx) => putLink(ctx, id, userId, c.req.valid('json')))), 200);
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
      acknowledge(c, await changeOnce(c, async (ctx) => removeLink(ctx, id, userId)));
      return c.body(null, 204);
    },
  );
