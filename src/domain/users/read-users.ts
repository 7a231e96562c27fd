import { authorizeReading } from '../authorize.ts';
import { Member } from '../business-centers/entity.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { queryIn } from '../transact.ts';
import { unseen } from '../unseen.ts';
import { UserProfile } from './entity.ts';

/** What is stored of a user; null = unknown. */
export interface UserView {
  id: string;
  display_name: string | null;
  email: string | null;
}

/** One user, for a key that sees a Business Center of theirs. @throws SparkgateError `not_found` for any other */
export async function readUser(ctx: Context, id: string): Promise<Tagged<UserView>> {
  const em = ctx.orm.em.fork();
  const within = ctx.key?.bcIds;
  const memberships = within ? await em.find(Member, { userId: id, bcId: { $in: [...within] }, validTo: null }) : [];
  await authorizeReading(ctx, memberships.length > 0 ? memberships.map((member) => member.bcId) : [null]);
  const user = await em.findOne(UserProfile, { id });
  if (!user) throw unseen();
  return { fact: view(user), tag: user.version };
}

/** $1 after which id, $2 the Business Centers of a confined key, $3 how many; with one of which the user is a member. */
const USERS = `
  select u.id, u.display_name as "displayName", u.email, m.bc_id
  from user_profile u left join lateral (
    select m.bc_id from member m where m.user_id = u.id and m.valid_to is null and m.bc_id = any($2) limit 1) m on true
  where u.id > $1 and ($2::text[] is null or m.bc_id is not null)
  order by u.id limit $3`;

/** The users of whom something is stored, by id: of a confined key, members of its Business Centers. */
export async function readUsers(ctx: Context, page: PageQuery): Promise<Page<UserView>> {
  await authorizeReading(ctx, []);
  const values = [page.cursor ?? '', ctx.key?.bcIds ?? null, page.limit + 1];
  const rows = await queryIn(ctx.orm.em.fork())<UserProfile & { bc_id: string | null }>(USERS, values);
  await authorizeReading(
    ctx,
    rows.map((row) => row.bc_id),
  );
  return pageOf(rows, page.limit, (row) => row.id, view);
}

function view({ id, displayName, email }: Pick<UserProfile, 'id' | 'displayName' | 'email'>): UserView {
  return { id, display_name: displayName ?? null, email: email ?? null };
}
