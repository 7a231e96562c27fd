import type { Context } from '../context.ts';
import { FormSubmission } from './entity.ts';

/** What was kept of a form that was carried out before; null for one that was not. @param hash as in {@link Submission} */
export async function findSubmission(ctx: Pick<Context, 'orm'>, hash: Buffer): Promise<{ kept: unknown } | null> {
  return ctx.orm.em.fork().findOne(FormSubmission, { hash }, { fields: ['kept'] });
}
