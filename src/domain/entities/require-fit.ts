import type { Context } from '../context.ts';
import { SparkgateError } from '../errors.ts';

/** The kind's own policies say what does not fit. */
export async function requireFit(ctx: Context, type: string, attributes: Record<string, unknown>): Promise<void> {
  const complaints = await ctx.authorizer.attributes(type, attributes);
  if (complaints === 'stored elsewhere') {
    throw new SparkgateError('invalid_request', (say) => say.details.ownEndpoints(type));
  }
  if (complaints.length === 0) return;
  const closed = complaints.some(({ path, message }) => path === '/' && /'(?:action|context)'/.test(message));
  const hint = closed ? ' Every check brings action and context: the schema has to admit both.' : '';
  throw new SparkgateError('invalid_request', `The attributes do not fit the schema of ${type}.${hint}`, {
    errors: complaints.map(({ path, message }) => ({ pointer: `/attributes${path === '/' ? '' : path}`, message })),
  });
}
