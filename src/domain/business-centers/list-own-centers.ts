import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { cursorAfter, type Page, type PageQuery } from '../page.ts';
import { queryIn } from '../transact.ts';
import type { UserRole } from '../vocabulary.ts';

/** A Business Center as one of its members sees it. */
export interface OwnCenter {
  bc_id: string;
  name: string;
  /** The role of whoever asks. */
  user_role: UserRole;
}

const TEXT = `
  select b.bc_id, b.name, m.user_role
  from business_center b join member m on m.bc_id = b.bc_id and m.user_id = $2 and m.valid_to is null
  where b.bc_id = any($1) order by b.bc_id`;

/** The Business Centers that the actor may view, in the order of their ids. */
export async function listOwnCenters(ctx: Context, page: PageQuery): Promise<Page<OwnCenter>> {
  const within = ctx.key?.bcIds ?? null;
  await authorizeKey(ctx, 'act_as', within ?? []);
  const place = { after: page.cursor ?? '', limit: page.limit };
  const question = { action: 'view', type: 'business_center' } as const;
  const { ids, next } = await ctx.authorizer.resources(ctx.actor, question, place, within);
  const userId = ctx.actor.type === 'user' ? ctx.actor.id : null;
  const items = await queryIn(ctx.orm.em.fork())<OwnCenter>(TEXT, [ids, userId]);
  return { items, next_cursor: next === null ? null : cursorAfter(next) };
}
