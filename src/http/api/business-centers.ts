import { createRoute, z } from '@hono/zod-openapi';
import { putBusinessCenter } from '../../domain/business-centers/put-business-center.ts';
import { putMember } from '../../domain/business-centers/put-member.ts';
import { readBusinessCenter, readBusinessCenters } from '../../domain/business-centers/read-business-centers.ts';
import { readMember, readMembers } from '../../domain/business-centers/read-members.ts';
import { removeMember } from '../../domain/business-centers/remove-member.ts';
import { BusinessCenterBody, MemberBody } from '../../domain/business-centers/schemas.ts';
import { PageQuery } from '../../domain/page.ts';
import { UserRole } from '../../domain/vocabulary.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, stored, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Revision, SECURED } from './answers.ts';

const BusinessCenter = z.object({ bc_id: z.string(), name: z.string() }).openapi('BusinessCenter');
const Member = z.object({ bc_id: z.string(), user_id: z.string(), user_role: UserRole }).openapi('Member');

const center = z.object({ bc_id: Param.bc_id });
const member = z.object({ bc_id: Param.bc_id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** Business Centers and their members. */
export const businessCenters = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers',
      operationId: 'listBusinessCenters',
      summary: 'The Business Centers',
      request: { query: PageQuery },
      responses: answers(page(BusinessCenter), 'A page, in the order of their ids'),
    }),
    async (c) => c.json(await reading(c, async (ctx) => readBusinessCenters(ctx, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers/{bc_id}',
      operationId: 'getBusinessCenter',
      summary: 'One Business Center',
      request: { params: center },
      responses: answersFact(BusinessCenter),
    }),
    async (c) => c.json(tagged(c, await readBusinessCenter(contextOf(c), c.req.valid('param').bc_id)), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers/{bc_id}/members',
      operationId: 'listMembers',
      summary: 'The members of a Business Center',
      request: { params: center, query: PageQuery },
      responses: answers(page(Member), 'A page, in the order of users'),
    }),
    async (c) =>
      c.json(await reading(c, async (ctx) => readMembers(ctx, c.req.valid('param').bc_id, c.req.valid('query'))), 200),
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: '/v1/business-centers/{bc_id}/members/{user_id}',
      operationId: 'getMember',
      summary: 'One member of a Business Center',
      request: { params: member },
      responses: answersFact(Member),
    }),
    async (c) => {
      const { bc_id: bcId, user_id: userId } = c.req.valid('param');
      return c.json(tagged(c, await readMember(contextOf(c), bcId, userId)), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/business-centers/{bc_id}',
      operationId: 'putBusinessCenter',
      summary: 'Make a Business Center known, or rename it',
      middleware: jsonBody(),
      request: { params: center, body: body(BusinessCenterBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(
        stored(
          c,
          await changeOnce(c, async (ctx) => putBusinessCenter(ctx, c.req.valid('param').bc_id, c.req.valid('json'))),
        ),
        200,
      );
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/business-centers/{bc_id}/members/{user_id}',
      operationId: 'putMember',
      summary: 'Make a user a member, or change their role',
      middleware: jsonBody(),
      request: { params: member, body: body(MemberBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      const { bc_id: bcId, user_id: userId } = c.req.valid('param');
      return c.json(
        stored(c, await changeOnce(c, async (ctx) => putMember(ctx, bcId, userId, c.req.valid('json')))),
        200,
      );
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: '/v1/business-centers/{bc_id}/members/{user_id}',
      operationId: 'deleteMember',
      summary: 'Remove a member, who loses every assignment in that Business Center',
      request: { params: member },
      responses: empties('Not a member (any more)'),
    }),
    async (c) => {
      const { bc_id: bcId, user_id: userId } = c.req.valid('param');
      acknowledge(c, await changeOnce(c, async (ctx) => removeMember(ctx, bcId, userId)));
      return c.body(null, 204);
    },
  );
