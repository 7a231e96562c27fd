import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Bodies are JSON and say so: a wrong or missing content type is a 400 (AuthZEN certification scenario, 2.4.3). */
export function jsonBody() {
  return createMiddleware<Env>(async function jsonBodyMiddleware(c, next) {
    if (!JSON_TYPE.test(c.req.header('Content-Type') ?? '')) {
      throw new SparkgateError('invalid_request', 'Send the body as Content-Type: application/json.', {
        errors: [{ pointer: 'Content-Type', message: 'takes application/json' }],
      });
    }
    await next();
  });
}
