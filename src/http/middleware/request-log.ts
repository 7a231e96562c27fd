import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { matchedRoutes } from 'hono/route';
import type { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

/** Paths that are called often: logged at debug. */
const FREQUENT = /^\/(?:access\/v1\/|healthz$|readyz$)/;

/** The route of a request, such as `/v1/consents/:token`; null when there is none. */
export function routeOf(c: Context<Env>): string | null {
  return matchedRoutes(c).findLast((route) => !route.path.includes('*'))?.path ?? null;
}

/**
 * Logs each request, failed or not, in one line: by its route and the policies that it was decided by, never by its address: addresses hold consent
 * tokens.
 */
export function requestLog() {
  return createMiddleware<Env>(async function requestLogMiddleware(c, next) {
    const services = c.get('services');
    c.set('log', services.log.child({ request_id: c.get('requestId'), policy: services.decider.policy }));
    const since = performance.now();
    await next();
    const failure = c.res.status >= 500 ? c.get('failure') : undefined;
    const level = failure ? 'error' : FREQUENT.test(c.req.path) ? 'debug' : 'info';
    if (!c.get('log').isLevelEnabled(level)) return;
    c.get('log')[level](
      {
        method: c.req.method,
        route: routeOf(c),
        status: c.res.status,
        ms: Math.round((performance.now() - since) * 10) / 10,
        key: (c.get('caller') as Env['Variables']['caller'] | undefined)?.key?.id,
        ...(failure && toldOf(failure)),
      },
      failure ? 'request failed' : 'request',
    );
  });
}

/** What threw inside, with its stack; where nothing did, as when a body stops coming, the sentence alone. */
function toldOf({ code, message, cause }: SparkgateError): object {
  return cause === undefined ? { code, reason: message } : { code, err: cause };
}
