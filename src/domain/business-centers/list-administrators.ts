import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { Member } from './entity.ts';

/** More administrators than this need not be named to somebody who looks for one to ask. */
const MOST = 50;

/** The users whom members of a Business Center can ask for access, by id. */
export async function listAdministrators(ctx: Context, bcId: string): Promise<string[]> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_administrators', resource: { type: 'business_center', id: bcId } }, null);
  const where = { bcId, userRole: 'ADMIN', validTo: null } as const;
  const rows = await ctx.orm.em.fork().find(Member, where, { orderBy: { userId: 'asc' }, limit: MOST });
  return rows.map((member) => member.userId);
}
