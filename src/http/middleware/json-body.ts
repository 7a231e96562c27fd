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
    if (holdsProto(await c.req.text())) {
      throw new SparkgateError('invalid_request', 'Nothing may have the name __proto__: it would not arrive.');
    }
    await next();
  });
}

/** Whether something in a JSON text is named `__proto__`. Text that is no JSON is left to whoever parses it. */
function holdsProto(text: string): boolean {
  if (!/__proto__|\\u005f/i.test(text)) return false;
  let held = false;
  try {
    JSON.parse(text, (name, value: unknown) => {
      held ||= name === '__proto__';
      return value;
    });
  } catch {
    return false;
  }
  return held;
}
