import { OpenAPIHono, type Hook } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import { faultsOf, invalid } from '../domain/closed.ts';
import type { Context } from '../domain/context.ts';
import type { Tagged } from '../domain/tagged.ts';
import type { Written } from '../domain/transact.ts';
import type { Env } from './env.ts';

/** A router whose validation failures become precise problems. */
export function router(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({ defaultHook: refuseInvalid });
}

const refuseInvalid: Hook<unknown, Env, string, unknown> = (result) => {
  if (result.success) return;
  const faults = faultsOf(result.error);
  if (result.target === 'json') throw invalid(faults);
  // A parameter is named as it was sent.
  throw invalid(faults.map(({ pointer, message }) => ({ pointer: pointer.slice(1), message })));
};

/** The header by which a caller takes answers that are a bounded time old. */
export const CONSISTENCY_HEADER = 'Sparkgate-Consistency';

/** The context of a verb for this request. */
export function contextOf(c: Http<Env>): Context {
  return c.get('services').contextFor(c.get('caller'), c.get('requestId'), c.get('life'));
}

/** Reads a list, from a replica where one suffices. */
export async function reading<List>(c: Http<Env>, read: (ctx: Context) => Promise<List>): Promise<List> {
  const ctx = contextOf(c);
  return ctx.read(async ({ orm }) => read({ ...ctx, orm }));
}

export const REVISION_HEADER = 'X-Sparkgate-Revision';

/** Says the revision of a write in the answer's header, and hands the result on. */
export function acknowledge<Result>(c: Http<Env>, written: Written<Result>): Result {
  c.header(REVISION_HEADER, written.revision);
  return written.result;
}

/** The body of a stored fact. */
export function stored(c: Http<Env>, written: Written<null>): { revision: string } {
  acknowledge(c, written);
  return { revision: written.revision };
}

/** Says the entity tag of a fact in the answer's header, and hands the fact on. */
export function tagged<Fact>(c: Http<Env>, { fact, tag }: Tagged<Fact>): Fact {
  c.header('ETag', `"${tag}"`);
  return fact;
}
