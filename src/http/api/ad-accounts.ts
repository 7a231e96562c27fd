import { createRoute, z } from '@hono/zod-openapi';
import { putAdAccountMember } from '../../domain/ad-accounts/put-ad-account-member.ts';
import { putAdAccount } from '../../domain/ad-accounts/put-ad-account.ts';
import { readAdAccountMember, readAdAccountMembers } from '../../domain/ad-accounts/read-ad-account-members.ts';
import { readAdAccount, readAdAccounts } from '../../domain/ad-accounts/read-ad-accounts.ts';
import { removeAdAccountMember } from '../../domain/ad-accounts/remove-ad-account-member.ts';
import { AdAccountBody, AdAccountMemberBody } from '../../domain/ad-accounts/schemas.ts';
import { PageQuery } from '../../domain/page.ts';
import { AdvertiserRole } from '../../domain/vocabulary.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Revision, SECURED } from './answers.ts';

const AdAccount = z
  .object({ advertiser_id: z.string(), name: z.string(), bc_id: z.string().nullable() })
  .openapi('AdAccount');
const AdAccountMember = z
  .object({ advertiser_id: z.string(), user_id: z.string(), advertiser_role: AdvertiserRole })
  .openapi('AdAccountMember');

const adAccount = z.object({ advertiser_id: Param.advertiser_id });
const member = z.object({ advertiser_id: Param.advertiser_id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** Ad accounts and the roles of users in them. */
export const adAccounts = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/ad-accounts',
      operationId: 'listAdAccounts',
      summary: 'The ad accounts',
      request: { query: PageQuery },
      responses: answers(page(AdAccount), 'A page, in the order of their ids'),
    }),
    async (c) => c.json(await reading(c, async (ctx) => readAdAccounts(ctx, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/ad-accounts/{advertiser_id}',
      operationId: 'getAdAccount',
      summary: 'One ad account',
      request: { params: adAccount },
      responses: answersFact(AdAccount),
    }),
    async (c) => c.json(tagged(c, await readAdAccount(contextOf(c), c.req.valid('param').advertiser_id)), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/ad-accounts/{advertiser_id}/members',
      operationId: 'listAdAccountMembers',
      summary: 'Who has which role in an ad account',
      request: { params: adAccount, query: PageQuery },
      responses: answers(page(AdAccountMember), 'A page, in the order of users'),
    }),
    async (c) => {
      const { advertiser_id: advertiserId } = c.req.valid('param');
      return c.json(
        await reading(c, async (ctx) => readAdAccountMembers(ctx, advertiserId, c.req.valid('query'))),
        200,
      );
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/ad-accounts/{advertiser_id}/members/{user_id}',
      operationId: 'getAdAccountMember',
      summary: 'The role of one user in an ad account',
      request: { params: member },
      responses: answersFact(AdAccountMember),
    }),
    async (c) => {
      const { advertiser_id: advertiserId, user_id: userId } = c.req.valid('param');
      return c.json(tagged(c, await readAdAccountMember(contextOf(c), advertiserId, userId)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/ad-accounts/{advertiser_id}',
      operationId: 'putAdAccount',
      summary: 'Make an ad account known, or change it',
      middleware: jsonBody(),
      request: { params: adAccount, body: body(AdAccountBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(
        stored(
          c,
          await changeOnce(c, async (ctx) =>
            putAdAccount(ctx, c.req.valid('param').advertiser_id, c.req.valid('json')),
          ),
        ),
        200,
      );
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/ad-accounts/{advertiser_id}/members/{user_id}',
      operationId: 'putAdAccountMember',
      summary: 'Give a user a role in an ad account, or change it',
      middleware: jsonBody(),
      request: { params: member, body: body(AdAccountMemberBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const { advertiser_id: advertiserId, user_id: userId } = c.req.valid('param');
      return c.json(
        stored(
          c,
          await changeOnce(c, async (ctx) => putAdAccountMember(ctx, advertiserId, userId, c.req.valid('json'))),
        ),
        200,
      );
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/ad-accounts/{advertiser_id}/members/{user_id}',
      operationId: 'deleteAdAccountMember',
      summary: "Take a user's role in an ad account away",
      request: { params: member },
      responses: empties('No role (any more)'),
    }),
    async (c) => {
      const { advertiser_id: advertiserId, user_id: userId } = c.req.valid('param');
      acknowledge(c, await changeOnce(c, async (ctx) => removeAdAccountMember(ctx, advertiserId, userId)));
      return c.body(null, 204);
    },
  );
