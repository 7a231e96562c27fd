import { createHash } from 'node:crypto';
import type { Context as Http } from 'hono';
import { z } from 'zod';
import type { Context } from '../../domain/context.ts';
import { carryOutOnce } from '../../domain/submissions/carry-out-once.ts';
import type { Written } from '../../domain/transact.ts';
import type { PageEnv } from '../env.ts';
import { contextOfPage } from './context-of-page.ts';

/** The key that each form carries as the field `once`. */
const Once = z.string().regex(/^[\w-]{22,64}$/);

/**
 * Runs the verb that a form asks for, once: a second click, which without script sends the form a second time, is
 * answered with what was kept of the first. Filled in otherwise, it is another form.
 * @param verb ends in one `transact`, whose result it hands on as it is
 * @param keep what the answer needs of that result: never a secret
 */
export async function submitOnce<Result, Kept>(
  c: Http<PageEnv>,
  verb: (ctx: Context) => Promise<Written<Result>>,
  keep: (result: Result) => Kept,
): Promise<Written<Kept>> {
  const ctx = contextOfPage(c);
  const hash = await submissionOf(c);
  if (hash !== null) return carryOutOnce(ctx, { key: hash, sent: async () => hash }, verb, keep);
  const { result, revision } = await verb(ctx);
  return { result: keep(result), revision };
}

/** Who sent what to where; null for a form without a key. */
async function submissionOf(c: Http<PageEnv>): Promise<Buffer | null> {
  const body = await c.req.parseBody({ all: true });
  if (!Once.safeParse(body['once']).success) return null;
  const { type, id } = c.get('signedIn').actor;
  return createHash('sha256')
    .update(JSON.stringify([type, id, c.req.path, body]))
    .digest();
}
