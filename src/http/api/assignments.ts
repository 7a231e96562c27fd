import { createRoute, z } from '@hono/zod-openapi';
import { assign } from '../../domain/assignments/assign.ts';
import { getAssignment } from '../../domain/assignments/get-assignment.ts';
import { listAssignments } from '../../domain/assignments/list-assignments.ts';
import { ScopesBody } from '../../domain/assignments/schemas.ts';
import { unassign } from '../../domain/assignments/unassign.ts';
import { PageQuery } from '../../domain/page.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { changeOnce } from '../idempotency.ts';
import { acknowledge, contextOf, reading, router, tagged } from '../validation.ts';
import { answers, answersFact, body, empties, page, Param, Scopes, SECURED } from './answers.ts';

const Assignment = z
  .object({ bc_id: z.string(), tiktok_account_id: z.string(), user_id: z.string(), scopes: Scopes })
  .openapi('Assignment');

const MEMBERS = '/v1/business-centers/{bc_id}/tiktok-accounts/{id}/members';
const account = z.object({ bc_id: Param.bc_id, id: Param.id });
const member = z.object({ bc_id: Param.bc_id, id: Param.id, user_id: Param.user_id });
const common = { tags: ['Assignments'], security: SECURED };

/** Which members may use a granted account, with which scopes. */
export const assignments = router()
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: MEMBERS,
      operationId: 'listAssignments',
      summary: 'The members who may use the account',
      request: { params: account, query: PageQuery },
      responses: answers(page(Assignment), 'A page'),
    }),
    async (c) => {
      const { bc_id: bcId, id } = c.req.valid('param');
      return c.json(await reading(c, async (ctx) => listAssignments(ctx, bcId, id, c.req.valid('query'))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'get',
      path: `${MEMBERS}/{user_id}`,
      operationId: 'getAssignment',
      summary: 'What one member is assigned of the account',
      request: { params: member },
      responses: answersFact(Assignment),
    }),
    async (c) => {
      const { bc_id: bcId, id: tiktokAccountId, user_id: userId } = c.req.valid('param');
      return c.json(tagged(c, await getAssignment(contextOf(c), { bcId, tiktokAccountId, userId })), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'put',
      path: `${MEMBERS}/{user_id}`,
      operationId: 'putAssignment',
      summary: 'Assign the account to a member, or change the scopes',
      middleware: jsonBody(),
      request: { params: member, body: body(ScopesBody) },
      responses: answers(Assignment, 'Assigned'),
    }),
    async (c) => {
      const { id, ...param } = c.req.valid('param');
      const view = { ...param, tiktok_account_id: id, scopes: c.req.valid('json').scopes };
      return c.json(acknowledge(c, await changeOnce(c, async (ctx) => assign(ctx, view))), 200);
    },
  )
  .openapi(
    createRoute({
      ...common,
      method: 'delete',
      path: `${MEMBERS}/{user_id}`,
      operationId: 'deleteAssignment',
      summary: 'Take the account from a member',
      request: { params: member },
      responses: empties('Not assigned (any more)'),
    }),
    async (c) => {
      const { bc_id: bcId, id: tiktokAccountId, user_id: userId } = c.req.valid('param');
      acknowledge(c, await changeOnce(c, async (ctx) => unassign(ctx, { bcId, tiktokAccountId, userId })));
      return c.body(null, 204);
    },
  );
