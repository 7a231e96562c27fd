import { createRoute, z } from '@hono/zod-openapi';
import { approve } from '../../domain/consents/approve.ts';
import { decline } from '../../domain/consents/decline.ts';
import { getConsent } from '../../domain/consents/get-consent.ts';
import { onceInFull } from '../idempotency.ts';
import { acknowledge, contextOf, router } from '../validation.ts';
import { answers, Scopes, SECURED } from './answers.ts';
import { Grant } from './grant.ts';

const Consent = z
  .object({
    business_center: z.object({ bc_id: z.string(), name: z.string() }),
    requested_by: z.string(),
    scopes: Scopes,
    held_scopes: Scopes,
    resulting_scopes: Scopes,
    code: z.string(),
    expires_at: z.string(),
    signed_in_as: z.string(),
    handle: z.string().nullable(),
    grant_expires_at: z.string().nullable().describe('null: a grant holds until somebody revokes it'),
    revocable_by: z.array(z.string()),
  })
  .openapi('Consent');

const token = z.object({ token: z.string().min(1).max(256) });
const common = { tags: ['Consents'], security: SECURED };

/** What a TikTok account's owner is asked, and answers. Looking (GET) never grants. */
export const consents = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/consents/{token}',
      operationId: 'getConsent',
      summary: 'What is asked, and by whom',
      request: { params: token },
      responses: answers(Consent, 'The question'),
    }),
    async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json(await getConsent(contextOf(c), c.req.valid('param').token), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/v1/consents/{token}/approve',
      operationId: 'approveConsent',
      summary: 'The owner grants exactly what was asked',
      request: { params: token },
      responses: answers(Grant, 'The grant'),
    }),
    async (c) =>
      c.json(acknowledge(c, await onceInFull(c, async (ctx) => approve(ctx, c.req.valid('param').token))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: '/v1/consents/{token}/decline',
      operationId: 'declineConsent',
      summary: 'The owner declines',
      request: { params: token },
      responses: answers(z.object({ status: z.literal('DECLINED') }), 'Declined'),
    }),
    async (c) =>
      c.json(acknowledge(c, await onceInFull(c, async (ctx) => decline(ctx, c.req.valid('param').token))), 200),
  );
