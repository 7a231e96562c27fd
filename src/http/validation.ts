import { OpenAPIHono, type Hook } from '@hono/zod-openapi';
import type { Context as Http } from 'hono';
import { SparkgateError, type FieldError } from '../domain/errors.ts';
import type { Context } from '../domain/context.ts';
import type { Written } from '../domain/transact.ts';
import type { Env } from './env.ts';

/** A router whose validation failures become precise problems. */
export function router(): OpenAPIHono<Env> {
  return new OpenAPIHono<Env>({ defaultHook: refuseInvalid });
}

const refuseInvalid: Hook<unknown, Env, string, unknown> = (result) => {
  if (result.success) return;
  const errors = result.error.issues.map((issue): FieldError => ({
    pointer: result.target === 'json' ? `/${issue.path.map(String).join('/')}` : issue.path.map(String).join('.'),
    message: issue.message,
  }));
  throw invalid(errors);
};

export function invalid(errors: readonly FieldError[]): SparkgateError {
  const [first] = errors;
  const where = first && first.pointer !== '/' ? `${first.pointer}: ` : '';
  return new SparkgateError('invalid_request', `${where}${first?.message ?? 'The request is not valid.'}`, { errors });
}

/** The context of a verb for this request. */
export function contextOf(c: Http<Env>): Context {
  return c.get('services').contextFor(c.get('caller'), c.get('requestId'));
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
