import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

/** A path that does not decode would otherwise name, as it stands, what another path names decoded. */
export function wellFormedPath() {
  return createMiddleware<Env>(async function wellFormedPathMiddleware(c, next) {
    if (c.req.path.includes('%') && !decodes(c.req.path)) {
      throw new SparkgateError('invalid_request', 'The path is not well-formed percent-encoded UTF-8.');
    }
    await next();
  });
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
