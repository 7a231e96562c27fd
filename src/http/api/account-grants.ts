import { createRoute, z } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import { getGrantedAccount } from '../../domain/account-grants/get-granted-account.ts';
import { getOwnerGrant } from '../../domain/account-grants/get-owner-grant.ts';
import { listAccounts } from '../../domain/account-grants/list-accounts.ts';
import { listOwnerGrants } from '../../domain/account-grants/list-owner-grants.ts';
import { revokeGrant, type RevokedGrant as RevokedGrantView } from '../../domain/account-grants/revoke-grant.ts';
import { obligationTold } from '../../domain/messages/messages.ts';
import { PageQuery } from '../../domain/page.ts';
import type { Written } from '../../domain/transact.ts';
import { askedLanguage } from '../asked-language.ts';
import type { Env } from '../env.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, tagged } from '../validation.ts';
import { answers, answersFact, page, Param, Scopes, SECURED } from './answers.ts';
import { RevokedGrant } from './grant.ts';

const GrantedAccount = z
  .object({
    tiktok_account_id: z.string(),
    handle: z.string().nullable(),
    display_name: z.string().nullable(),
    scopes: Scopes,
    granted_at: z.string(),
  })
  .openapi('GrantedTiktokAccount');
const OwnerGrant = z
  .object({
    bc_id: z.string(),
    business_center_name: z.string(),
    scopes: Scopes,
    granted_at: z.string(),
    members: z.int(),
  })
  .openapi('GrantSeenByOwner');

function told(c: Http<Env>, written: Written<RevokedGrantView>): z.infer<typeof RevokedGrant> {
  const { obligations, ...grant } = acknowledge(c, written);
  const language = askedLanguage(c);
  return { ...grant, obligations: obligations.map((obligation) => obligationTold(obligation, language)) };
}

const common = { tags: ['Account grants'], security: SECURED };

/** Which accounts a Business Center holds, who holds an account, and both ways to revoke. */
export const accountGrants = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers/{bc_id}/tiktok-accounts',
      operationId: 'listGrantedAccounts',
      summary: 'The granted accounts that the actor may view; all of them for a key that calls for itself',
      request: { params: z.object({ bc_id: Param.bc_id }), query: PageQuery },
      responses: answers(page(GrantedAccount), 'A page'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => listAccounts(ctx, c.req.valid('param').bc_id, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers/{bc_id}/tiktok-accounts/{id}',
      operationId: 'getGrantedAccount',
      summary: 'One granted account',
      request: { params: z.object({ bc_id: Param.bc_id, id: Param.id }) },
      responses: answersFact(GrantedAccount),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(tagged(c, await getGrantedAccount(contextOf(c), bcId, id)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/business-centers/{bc_id}/tiktok-accounts/{id}',
      operationId: 'revokeGrantAsAdministrator',
      summary: 'An administrator of the Business Center revokes the grant',
      request: { params: z.object({ bc_id: Param.bc_id, id: Param.id }) },
      responses: answers(RevokedGrant, 'Revoked'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(told(c, await changeOnce(c, async (ctx) => revokeGrant(ctx, bcId, id))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts/{id}/grants',
      operationId: 'listAccountGrants',
      summary: 'Who may use the account, for its owner or for a key that calls for itself',
      request: { params: z.object({ id: Param.id }), query: PageQuery },
      responses: answers(page(OwnerGrant), 'A page'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => listOwnerGrants(ctx, c.req.valid('param').id, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/tiktok-accounts/{id}/grants/{bc_id}',
      operationId: 'getAccountGrant',
      summary: 'The grant of one Business Center on the account',
      request: { params: z.object({ id: Param.id, bc_id: Param.bc_id }) },
      responses: answersFact(OwnerGrant),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(tagged(c, await getOwnerGrant(contextOf(c), id, bcId)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/tiktok-accounts/{id}/grants/{bc_id}',
      operationId: 'revokeGrantAsOwner',
      summary: 'The owner revokes the grant of a Business Center',
      request: { params: z.object({ id: Param.id, bc_id: Param.bc_id }) },
      responses: answers(RevokedGrant, 'Revoked'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(told(c, await changeOnce(c, async (ctx) => revokeGrant(ctx, bcId, id))), 200);
    },
  );
