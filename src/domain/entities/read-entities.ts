import { authorizeKey, authorizeReading } from '../authorize.ts';
import type { Context } from '../context.ts';
import { pageOf, type Page, type PageQuery } from '../page.ts';
import type { Tagged } from '../tagged.ts';
import { unseen } from '../unseen.ts';
import { Entity } from './entity.ts';

/** An entity as it is stored. */
export interface EntityView {
  type: string;
  id: string;
  attributes: Record<string, unknown>;
}

/** One stored entity. Entities belong to no Business Center. @throws SparkgateError `not_found` */
export async function readEntity(ctx: Context, type: string, id: string): Promise<Tagged<EntityView>> {
  await authorizeReading(ctx, [null]);
  const entity = await ctx.orm.em.fork().findOne(Entity, { type, id });
  if (!entity) throw unseen();
  return { fact: { type, id, attributes: entity.attributes }, tag: entity.version };
}

/** The stored entities of a type, by id. Which of them somebody may see is for a search to say. */
export async function readEntities(ctx: Context, type: string, page: PageQuery): Promise<Page<EntityView>> {
  await authorizeKey(ctx, 'read_relationships', [null]);
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
