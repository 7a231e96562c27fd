import { authorize, authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { rfc3339 } from '../sql.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import type { UserRole } from '../vocabulary.ts';

/** A member, with what the user is called; null = unknown. */
export interface MemberProfile {
  user_id: string;
  display_name: string | null;
  email: string | null;
  user_role: UserRole;
  since: string;
  /** Who made the user a member or changed the role last, such as `api_key:..`. */
  by: string;
}

const TEXT = `
  select m.user_id, u.display_name, u.email, m.user_role, m.begun_by as by, ${rfc3339('m.valid_from')} as since
  from member m left join user_profile u on u.id = m.user_id
  where m.bc_id = $1 and m.user_id = $2 and m.valid_to is null`;

/** One member of a Business Center, for its administrators. @throws SparkgateError `not_found` */
export async function getMember(ctx: Context, bcId: string, userId: string): Promise<MemberProfile> {
  await authorizeKey(ctx, 'act_as', [bcId]);
  await authorize(ctx, { action: 'view_members', resource: { type: 'business_center', id: bcId } }, null);
  const [row] = await queryIn(ctx.orm.em.fork())<MemberProfile>(TEXT, [bcId, userId]);
  if (!row) throw unseen();
  return row;
}
