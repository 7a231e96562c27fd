import { authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import type { UserRole } from '../vocabulary.ts';
import { BusinessCenter, Member } from './entity.ts';

/** A membership as it is stored. */
export interface MemberView {
  bc_id: string;
  user_id: string;
  user_role: UserRole;
}

/** One member of a Business Center. @throws SparkgateError `not_found` for nobody's, or out of the key's sight */
export async function readMember(ctx: Context, bcId: string, userId: string): Promise<Tagged<MemberView>> {
  await authorizeReading(ctx, [bcId]);
  const member = await ctx.orm.em.fork().findOne(Member, { bcId, userId, validTo: null });
  if (!member) throw unseen();
  return { fact: view(member), tag: member.id };
}

/** The members of a Business Center, by user. @throws SparkgateError `not_found` */
export async function readMembers(ctx: Context, bcId: string, page: PageQuery): Promise<Page<MemberView>> {
  await authorizeReading(ctx, [bcId]);
  const em = ctx.orm.em.fork();
  if (!(await em.findOne(BusinessCenter, { bcId }))) throw unseen();
  const rows = await em.find(
    Member,
    { bcId, validTo: null, userId: { $gt: page.cursor ?? '' } },
    { orderBy: { userId: 'asc' }, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => row.userId, view);
}

function view({ bcId, userId, userRole }: Member): MemberView {
  return { bc_id: bcId, user_id: userId, user_role: userRole };
}
