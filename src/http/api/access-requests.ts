import { createRoute, z } from '@hono/zod-openapi';
import { cancelRequest } from '../../domain/access-requests/cancel-request.ts';
import { createRequest, withoutUrl } from '../../domain/access-requests/create-request.ts';
import { getConsentUrl, withConsentUrl } from '../../domain/access-requests/get-consent-url.ts';
import { getRequest } from '../../domain/access-requests/get-request.ts';
import { listRequests } from '../../domain/access-requests/list-requests.ts';
import { AccessRequestBody } from '../../domain/access-requests/schemas.ts';
import { PageQuery } from '../../domain/page.ts';
import { AccessRequestStatus } from '../../domain/vocabulary.ts';
import { qrPng, qrSvg } from '../../platform/qr.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { once, onceInFull } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router } from '../validation.ts';
import { answers, body, creates, page, Param, Scopes, SECURED } from './answers.ts';

const AccessRequest = z
  .object({
    id: z.string(),
    bc_id: z.string(),
    status: AccessRequestStatus,
    scopes: Scopes,
    tiktok_account_id: z.string().nullable(),
    requested_by: z.string(),
    code: z.string(),
    note: z.string().nullable(),
    created_at: z.string(),
    expires_at: z.string(),
  })
  .openapi('AccessRequest');
const CreatedRequest = AccessRequest.extend({ consent_url: z.string() }).openapi('CreatedAccessRequest');

const PATH = '/v1/business-centers/{bc_id}/access-requests';
const center = z.object({ bc_id: Param.bc_id });
const one = z.object({ bc_id: Param.bc_id, id: Param.id });
const common = { tags: ['Access requests'], security: SECURED };
const BINARY = { type: 'string', contentMediaType: 'application/octet-stream' } as const;
const picture = (type: string) => ({
  200: { description: 'The QR code of the consent URL', content: { [type]: { schema: BINARY } } },
});

/** Requests of a Business Center for a TikTok account, and their QR codes. */
export const accessRequests = router()
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: PATH,
      operationId: 'createAccessRequest',
      summary: 'Ask for a TikTok account; the answer tells the consent URL once',
      middleware: jsonBody(),
      request: { params: center, body: body(AccessRequestBody) },
      responses: creates(CreatedRequest, 'Made'),
    }),
    async (c) => {
      const { bc_id: bcId } = c.req.valid('param');
      const made = await once(c, async (ctx) => createRequest(ctx, bcId, c.req.valid('json')), withoutUrl);
      const created = made.now ?? (await withConsentUrl(contextOf(c), made.result));
      c.header('Cache-Control', 'no-store');
      return c.json(acknowledge(c, { ...made, result: created }), 201);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: PATH,
      operationId: 'listAccessRequests',
      summary: 'The access requests of a Business Center, oldest first',
      request: { params: center, query: PageQuery },
      responses: answers(page(AccessRequest), 'A page'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => listRequests(ctx, c.req.valid('param').bc_id, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{id}`,
      operationId: 'getAccessRequest',
      summary: 'One access request',
      request: { params: one },
      responses: answers(AccessRequest, 'The request'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(await getRequest(contextOf(c), bcId, id), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{id}/qr.svg`,
      operationId: 'getQrSvg',
      summary: 'The QR code as SVG, while the request is pending',
      request: { params: one },
      responses: picture('image/svg+xml'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      const svg = await qrSvg(await getConsentUrl(contextOf(c), bcId, id));
      return c.body(svg, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-store' });
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: `${PATH}/{id}/qr.png`,
      operationId: 'getQrPng',
      summary: 'The QR code as PNG, while the request is pending',
      request: { params: one },
      responses: picture('image/png'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      const png = await qrPng(await getConsentUrl(contextOf(c), bcId, id));
      return c.body(png, 200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' });
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'post',
      path: `${PATH}/{id}/cancel`,
      operationId: 'cancelAccessRequest',
      summary: 'Take a pending request back',
      request: { params: one },
      responses: answers(AccessRequest, 'Cancelled'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(acknowledge(c, await onceInFull(c, async (ctx) => cancelRequest(ctx, bcId, id))), 200);
    },
  );
