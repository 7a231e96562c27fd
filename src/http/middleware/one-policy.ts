import { createMiddleware } from 'hono/factory';
import type { Env, Services } from '../env.ts';

/** Keeps a request to the policies with which it began, whatever takes their place meanwhile. */
export function onePolicy(services: Services) {
  return createMiddleware<Env>(async function onePolicyMiddleware(c, next) {
    const kept = services.keepPolicies();
    c.set('services', kept.services);
    try {
      await next();
    } finally {
      kept.done();
    }
  });
}
