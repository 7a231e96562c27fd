import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';
import { requireUtf8 } from './json-body.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** What is sent to a page is a form as the pages make them, in UTF-8: any other content type is a 415. */
export function formBody() {
  return createMiddleware<Env>(async function formBodyMiddleware(c, next) {
    const type = c.req.method === 'POST' ? c.req.header('Content-Type') : undefined;
    if (type !== undefined) {
      if (!FORM_TYPE.test(type)) {
        throw new SparkgateError('unsupported_media_type', 'Send forms as application/x-www-form-urlencoded.', {
          errors: [{ pointer: 'Content-Type', message: 'takes application/x-www-form-urlencoded' }],
        });
      }
      requireUtf8(type);
    }
    await next();
  });
}
