import { createRoute, z } from '@hono/zod-openapi';
import { putAdAccountMember } from '../../domain/ad-accounts/put-ad-account-member.ts';
import { putAdAccount } from '../../domain/ad-accounts/put-ad-account.ts';
import { removeAdAccountMember } from '../../domain/ad-accounts/remove-ad-account-member.ts';
import { AdAccountBody, AdAccountMemberBody } from '../../domain/ad-accounts/schemas.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { acknowledge, contextOf, router, stored } from '../validation.ts';
import { answers, body, empties, Param, Revision, SECURED } from './answers.ts';

const member = z.object({ advertiser_id: Param.advertiser_id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** Ad accounts and the roles of users in them. */
export const adAccounts = router()
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/ad-accounts/{advertiser_id}',
      operationId: 'putAdAccount',
      summary: 'Make an ad account known, or change it',
      middleware: jsonBody(),
      request: { params: z.object({ advertiser_id: Param.advertiser_id }), body: body(AdAccountBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(
        stored(c, await putAdAccount(contextOf(c), c.req.valid('param').advertiser_id, c.req.valid('json'))),
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
      return c.json(stored(c, await putAdAccountMember(contextOf(c), advertiserId, userId, c.req.valid('json'))), 200);
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
      acknowledge(c, await removeAdAccountMember(contextOf(c), advertiserId, userId));
      return c.body(null, 204);
    },
  );
