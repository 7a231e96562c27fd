import type { OpenAPIHono } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

/** A route that answers a method itself; middleware answers for every method, or for many paths. */
const answers = (method: string) => (route: { method: string; path: string }) =>
  route.method === method && !route.path.includes('*');

/**
 * Answers `OPTIONS` for every path, and any other method that a path does not take with 405; both name the methods that
 * it takes (RFC 9110, 9.3.7 and 15.5.6). A path that takes none is left to who answers 404.
 */
export function knownMethod({ router }: Pick<OpenAPIHono<Env>, 'router'>) {
  return createMiddleware<Env>(async function knownMethodMiddleware(c, next) {
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    if (matchedRoutes(c).some(answers(method))) return next();
    const taken = METHODS.filter((it) => router.match(it, c.req.path)[0].some(([[, route]]) => answers(it)(route)));
    if (taken.length === 0) return next();
    const allow = [...taken, ...(taken.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
    c.header('Allow', allow);
    if (method === 'OPTIONS') return c.body(null, 204);
    throw new SparkgateError('method_not_allowed', (say) => say.details.methods(allow));
  });
}
