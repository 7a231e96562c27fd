import { randomUUID } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { Env } from '../env.ts';

/** Gives each request an id, its own `X-Request-ID` if it has one, and says it in the answer (AuthZEN 1.0, 10.1). */
export function requestId() {
  return createMiddleware<Env>(async function requestIdMiddleware(c, next) {
    const id = c.req.header('X-Request-ID') ?? randomUUID();
    c.set('requestId', id);
    c.header('X-Request-ID', id);
    await next();
  });
}
