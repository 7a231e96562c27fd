import { createMiddleware } from 'hono/factory';
import { SparkgateError } from '../../domain/errors.ts';
import type { Env } from '../env.ts';

/**
 * Refuses what another site's page sends. `Sec-Fetch-Site` decides where the browser sends it, since under the referrer
 * policy `no-referrer` the origin of a form is `null`; an older browser's `Origin` has to be ours. Neither is a refusal.
 */
export function sameOrigin() {
  return createMiddleware<Env>(async function sameOriginMiddleware(c, next) {
    const site = c.req.header('Sec-Fetch-Site');
    const ours =
      site === undefined ? isOurs(c.req.header('Origin'), c.get('services').publicUrl()) : site === 'same-origin';
    if (!ours) throw new SparkgateError('forbidden', 'This was not sent from a page of this service.');
    await next();
  });
}

function isOurs(origin: string | undefined, publicUrl: string): boolean {
  return origin !== undefined && origin === new URL(publicUrl).origin;
}
