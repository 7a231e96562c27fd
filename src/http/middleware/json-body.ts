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
      throw new SparkgateError('invalid_request', 'No property may have the name __proto__: it would not arrive.');
    }
    await next();
  });
}

/** Whether a property, an attribute or the context is named `__proto__`. Text that is no JSON is left to its parser. */
function holdsProto(text: string): boolean {
  if (!/__proto__|\\u005f/i.test(text)) return false;
  try {
    return namesProto(JSON.parse(text));
  } catch {
    return false;
  }
}

const HOLDERS = new Set(['properties', 'attributes', 'context']);

function namesProto(root: unknown): boolean {
  const waiting = [{ value: root, held: false }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, held } = next;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, child] of Object.entries(value)) {
      if (held && name === '__proto__') return true;
      waiting.push({ value: child, held: held || HOLDERS.has(name) });
    }
  }
  return false;
}
