import { createMiddleware } from 'hono/factory';
import { takeTurn, type Counted } from '../../domain/rate.ts';
import type { Caller, Env } from '../env.ts';
import { clientNetwork } from './client-address.ts';

/**
 * So much from one network within a minute, and no more. A service that calls for many people has one address, so its
 * API key is counted in the place of that. People and Business Centers are counted where the verbs know them.
 */
export function rateLimit(counted: Counted) {
  return createMiddleware<Env>(async function rateLimitMiddleware(c, next) {
    const services = c.get('services');
    const { key } = (c.get('caller') as Caller | undefined) ?? { key: null };
    if (key) await takeTurn(services, counted, 'api_key', key.id);
    else await takeTurn(services, counted, 'address', clientNetwork(c, services.settings.trustedProxies));
    await next();
  });
}
