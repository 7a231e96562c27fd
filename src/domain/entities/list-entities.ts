import { authorizeKey } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import { Entity } from './entity.ts';

/** An entity as it is stored. */
export interface EntityView {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
}

/** The stored entities of a type, by id. Which of them somebody may see is for a search to say. */
export async function listEntities(ctx: Context, type: string, page: PageQuery): Promise<Page<EntityView>> {
  await authorizeKey(ctx, 'write_relationships', [null]);
  const rows = await ctx.orm.em
    .fork()
    .find(Entity, { type, id: { $gt: page.cursor ?? '' } }, { orderBy: { id: 'asc' }, limit: page.limit + 1 });
  return pageOf(
    rows,
    page.limit,
    (row) => row.id,
    ({ id, attributes }) => ({ type, id, attributes }),
  );
}
