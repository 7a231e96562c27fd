import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { unseen } from '../unseen.ts';
import { BusinessCenter, Member } from './entity.ts';
import type { OwnCenter } from './list-own-centers.ts';

/** One Business Center, for its members. @throws SparkgateError `not_found` for everybody else */
export async function getOwnCenter(ctx: Context, bcId: string): Promise<OwnCenter> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view', resource: { type: 'business_center', id: bcId } }, null);
  const em = ctx.orm.em.fork();
  const center = await em.findOne(BusinessCenter, { bcId });
  const userId = ctx.actor.type === 'user' ? ctx.actor.id : '';
  const member = await em.findOne(Member, { bcId, userId, validTo: null });
  if (!center || !member) throw unseen();
  return { bc_id: bcId, name: center.name, user_role: member.userRole };
}
