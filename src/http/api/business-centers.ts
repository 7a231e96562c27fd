import { createRoute, z } from '@hono/zod-openapi';
import { putBusinessCenter } from '../../domain/business-centers/put-business-center.ts';
import { putMember } from '../../domain/business-centers/put-member.ts';
import { removeMember } from '../../domain/business-centers/remove-member.ts';
import { BusinessCenterBody, MemberBody } from '../../domain/business-centers/schemas.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { acknowledge, contextOf, router, stored } from '../validation.ts';
import { answers, body, empties, Param, Revision, SECURED } from './answers.ts';

const member = z.object({ bc_id: Param.bc_id, user_id: Param.user_id });
const common = { tags: ['Facts'], security: SECURED };

/** Business Centers and their members. */
export const businessCenters = router()
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: '/v1/business-centers/{bc_id}',
      operationId: 'putBusinessCenter',
      summary: 'Make a Business Center known, or rename it',
      middleware: jsonBody(),
      request: { params: z.object({ bc_id: Param.bc_id }), body: body(BusinessCenterBody) },
      responses: answers(Revision, 'Stored'),
    }),
    async (c) => {
      return c.json(
        stored(c, await putBusinessCenter(contextOf(c), c.req.valid('param').bc_id, c.req.valid('json'))),
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
      return c.json(stored(c, await putMember(contextOf(c), bcId, userId, c.req.valid('json'))), 200);
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
      acknowledge(c, await removeMember(contextOf(c), bcId, userId));
      return c.body(null, 204);
    },
  );
